// decode(encode(x)) = x for JK02, the PB's registers and JK's own CAN, anywhere in their ranges.
using CsCheck;
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.JkCan;
using JkFleet.Bms.JkPb;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class Jk02RoundTripTests
{
    // Alarms that the error word can say.
    private const BmsAlarms Sayable = BmsAlarms.WireResistance | BmsAlarms.MosOverTemp | BmsAlarms.CellCountWrong | BmsAlarms.CurrentSensor
        | BmsAlarms.CellOverVoltage | BmsAlarms.ChargeOverVoltage | BmsAlarms.ChargeOverCurrent | BmsAlarms.ShortCircuit | BmsAlarms.ChargeHighTemp
        | BmsAlarms.ChargeLowTemp | BmsAlarms.CoprocessorComm | BmsAlarms.CellUnderVoltage | BmsAlarms.DischargeUnderVoltage
        | BmsAlarms.DischargeOverCurrent | BmsAlarms.DischargeHighTemp;

    private const BmsAlarms SayableIn32 = Sayable | BmsAlarms.MosFault | BmsAlarms.BatteryOverTemp | BmsAlarms.TempSensor | BmsAlarms.ParallelModule;

    private static readonly Gen<int> Temps = Gen.OneOf(Gen.Int[-400, 1500], Gen.Const(-32768), Gen.Const(32767), Gen.Const(BmsSnapshot.Unknown));

    private static readonly Gen<BmsSnapshot> Packs =
        from cells in Gen.Int[1, 32]
        from mv in Gen.OneOf(Gen.Const(0), Gen.Const(65535), Gen.Int[0, 65535]).Array[32]
        from volts in Gen.OneOf(Gen.Const(1), Gen.Const(1_000_000), Gen.Int[1, 1_000_000])
        from ma in Gen.OneOf(Gen.Const(int.MaxValue), Gen.Const(-int.MaxValue), Gen.Int[-500_000, 500_000])
        from soc in Gen.Int[0, 100]
        from soh in Gen.OneOf(Gen.Int[1, 100].Select(p => p * 10), Gen.Const(BmsSnapshot.Unknown))
        from mah in Gen.OneOf(Gen.Const(1), Gen.Const(1_000_000_000), Gen.Int[1, 1_000_000_000], Gen.Const(BmsSnapshot.Unknown)).Array[2]
        from cycles in Gen.OneOf(Gen.Const(0), Gen.Const(int.MaxValue), Gen.Int[0, 10000])
        from temps in Temps.Array[3]
        from alarms in Gen.UInt
        from switches in Gen.Bool.Array[3]
        select Make(cells, mv, volts, ma, soc, soh, mah, cycles, temps, alarms, switches);

    [Theory]
    [InlineData(Jk02Layout.S24)]
    [InlineData(Jk02Layout.S32)]
    public void Cell_info_comes_back_as_it_was(Jk02Layout layout) => Packs.Sample(pack =>
    {
        Fit(pack, layout);
        var frame = new byte[300];
        Jk02Encoder.CellInfo(pack, layout, 9, frame);
        var back = new BmsSnapshot();
        Assert.Equal("", Jk02Frame.Check(frame, 0, frame.Length));
        Assert.Equal("", Jk02CellInfo.Fill(frame, 0, layout, 0, back));
        Same(pack, back);
    });

    [Fact]
    public void Registers_say_the_same_as_the_payload() => Packs.Sample(pack =>
    {
        Fit(pack, Jk02Layout.S32);
        var frame = new byte[300];
        var image = new byte[JkPbRegisters.StatusBytes];
        Jk02Encoder.CellInfo(pack, Jk02Layout.S32, 9, frame);
        JkPbRegisters.StatusImage(frame, image);
        var back = new BmsSnapshot();
        Assert.Equal("", JkPbRegisters.FillStatus(image, 0, back));
        Same(pack, back);
    });

    [Fact]
    public void Settings_come_back_by_payload_and_by_registers()
    {
        var settings =
            from uvp in Gen.Int[0, 4999]
            from ovp in Gen.Int[5000, 10000]
            from ma in Gen.OneOf(Gen.Const(0), Gen.Const(2_000_000), Gen.Int[0, 2_000_000]).Array[2]
            from cells in Gen.Int[1, 32]
            from mah in Gen.Int[0, int.MaxValue]
            from switches in Gen.Bool.Array[3]
            from ask in Gen.Int[0, 5000].Array[2]
            select new Jk02Settings
            {
                CellUvpMv = uvp, CellOvpMv = ovp, MaxChargeMa = ma[0], MaxDischargeMa = ma[1], CellCount = cells, CapacityMah = mah,
                ChargeOn = switches[0], DischargeOn = switches[1], BalancerOn = switches[2], RequestChargeMv = ask[0], RequestFloatMv = ask[1],
            };
        settings.Sample(wanted =>
        {
            var frame = new byte[300];
            var image = new byte[JkPbRegisters.SettingsBytes];
            Jk02Encoder.Settings(wanted, 3, frame);
            JkPbRegisters.SettingsImage(frame, image);
            var payload = new Jk02Settings();
            var registers = new Jk02Settings();
            Assert.Equal("", payload.Load(frame, 0));
            Assert.Equal("", registers.LoadRegisters(image));
            Assert.Equivalent(wanted, payload, strict: true);
            Assert.Equivalent(wanted, registers, strict: true);
        });
    }

    [Fact]
    public void Can_frames_come_back_within_their_resolution() => Packs.Sample(pack =>
    {
        for (var i = 0; i < pack.CellCount; i++) pack.CellMv[i] = Math.Max(1, pack.CellMv[i]); // 0 ends the list there
        pack.CellCount = Math.Min(pack.CellCount, 24);
        pack.CurrentMa = Math.Clamp(pack.CurrentMa, -400_000, 6_153_500) / 100 * 100;
        pack.Cycles = Math.Min(pack.Cycles, 65535);
        pack.Summarise();
        var reader = new JkCanReader(0, false);
        var frame = new CanFrame();
        pack.TempDeciC[0] = 200;
        pack.TempCount = 1;
        for (var n = 0; JkCanEncoder.Frame(pack, n, frame); n++) reader.Receive(frame, 1000);
        var back = new BmsSnapshot();
        Assert.True(reader.TryTake(back));
        Assert.Equal(pack.CellMv[..pack.CellCount], back.CellMv[..back.CellCount]);
        Assert.Equal(Math.Min(pack.PackVoltageMv, 6553500) / 100 * 100, back.PackVoltageMv);
        Assert.Equal((pack.CurrentMa, pack.SocPermille, pack.Cycles), (back.CurrentMa, back.SocPermille, back.Cycles));
        Assert.Equal((pack.ChargeMosOn, pack.DischargeMosOn, pack.Balancing), (back.ChargeMosOn, back.DischargeMosOn, back.Balancing));
    });

    private static void Same(BmsSnapshot pack, BmsSnapshot back)
    {
        pack.AlarmsRaw = back.AlarmsRaw;
        Assert.Equivalent(pack, back, strict: true);
    }

    private static void Fit(BmsSnapshot pack, Jk02Layout layout)
    {
        pack.CellCount = Math.Min(pack.CellCount, Jk02CellInfo.Slots(layout));
        for (var i = pack.CellCount; i < BmsSnapshot.MaxCells; i++) pack.CellMv[i] = 0;
        pack.Alarms &= layout == Jk02Layout.S32 ? SayableIn32 : Sayable;
        pack.Summarise();
    }

    private static BmsSnapshot Make(int cells, int[] mv, int volts, int ma, int soc, int soh, int[] mah, int cycles, int[] temps, uint alarms, bool[] on)
    {
        var pack = new BmsSnapshot
        {
            CellCount = cells, PackVoltageMv = volts, CurrentMa = ma, SocPermille = soc * 10, SohPermille = soh, CapacityMah = mah[0],
            RemainingMah = mah[1], Cycles = cycles, TempMosDeciC = temps[0], TempCount = 2, Alarms = (BmsAlarms)alarms,
            ChargeMosOn = on[0], DischargeMosOn = on[1], Balancing = on[2],
        };
        mv.AsSpan(0, cells).CopyTo(pack.CellMv);
        pack.TempDeciC[0] = temps[1];
        pack.TempDeciC[1] = temps[2];
        pack.Summarise();
        return pack;
    }
}
