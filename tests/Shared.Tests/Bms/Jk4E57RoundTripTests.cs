// decode(encode(x)) = x, with every register anywhere in its range.
using CsCheck;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class Jk4E57RoundTripTests
{
    private static readonly int[] Ids = [.. Enumerable.Range(0x80, 0x41).Where(id => Jk4E57Registers.Width(id) > 0)];

    private static readonly Gen<Jk4E57Image> Images =
        from cells in Gen.OneOf(Gen.Const(0), Gen.Const(32), Gen.Int[1, 31])
        from mv in Gen.OneOf(Gen.Const(0), Gen.Const(65535), Gen.Int[0, 65535]).Array[cells]
        from values in Gen.OneOf(Gen.Const(0u), Gen.Const(uint.MaxValue), Gen.UInt).Array[Ids.Length]
        from present in Gen.Bool.Array[Ids.Length]
        select Make(cells, mv, values, present);

    [Fact]
    public void Registers_come_back_as_they_were() => Images.Sample(image =>
    {
        var frame = Jk4E57FrameReaderTests.Encode(image);
        var registers = new Jk4E57Registers();
        return Jk4E57Frame.Check(frame, 0, frame.Length).Length == 0
            && registers.Walk(frame, 0, frame.Length)
            && Enumerable.Range(0, image.CellCount).All(i => registers.CellMv(i) == image.CellMv[i] && registers.CellNo(i) == i + 1)
            && registers.CellCount == image.CellCount
            && Ids.All(id => registers.Has(id) == image.Has(id) && registers.Value(id) == image.Value(id));
    });

    [Fact]
    public void Pack_state_comes_back_within_the_resolution_of_the_registers()
    {
        var packs =
            from cells in Gen.Int[1, 32]
            from mv in Gen.Int[0, 65535].Array[32]
            from volts in Gen.Int[0, 65535]
            from centiAmps in Gen.OneOf(Gen.Const(32767), Gen.Const(-32767), Gen.Int[-32767, 32767])
            from soc in Gen.Int[0, 100]
            from cycles in Gen.Int[0, 65535]
            from temps in Gen.OneOf(Gen.Int[-40, 100], Gen.Const(-40), Gen.Const(100)).Array[3]
            from alarms in Gen.Int[0, 65535]
            from switches in Gen.Bool.Array[3]
            from version in Gen.Int[0, 1]
            select (cells, mv, volts, centiAmps, soc, cycles, temps, alarms, switches, version);

        packs.Sample(p =>
        {
            // Version 0 cannot say more than 100 A of charge or 555.35 A of discharge: 10000 - raw.
            var centiAmps = p.version == 0 ? Math.Clamp(p.centiAmps, 10000 - 65535, 10000) : p.centiAmps;
            var pack = new BmsSnapshot
            {
                CellCount = p.cells, PackVoltageMv = p.volts * 10, CurrentMa = centiAmps * 10, SocPermille = p.soc * 10, Cycles = p.cycles,
                TempMosDeciC = p.temps[0] * 10, TempCount = 2, Alarms = (BmsAlarms)p.alarms, AlarmsRaw = (uint)p.alarms,
                ChargeMosOn = p.switches[0], DischargeMosOn = p.switches[1], Balancing = p.switches[2],
                MaxChargeMa = 100000, MaxDischargeMa = 65535000, PackOvpMv = 655350, PackUvpMv = 0, CellOvpMv = 65535, CellUvpMv = 0,
                LowSocPercent = 20, CapacityMah = 280000, CellCountSetting = p.cells,
            };
            for (var i = 0; i < p.cells; i++) pack.CellMv[i] = p.mv[i];
            pack.TempDeciC[0] = p.temps[1] * 10;
            pack.TempDeciC[1] = p.temps[2] * 10;
            pack.Summarise();
            var image = new Jk4E57Image();
            image.Set(0xC0, (uint)p.version);
            image.Fill(pack);
            var frame = Jk4E57FrameReaderTests.Encode(image);
            var back = new BmsSnapshot();
            Assert.True(new Jk4E57Parser().TryParse(frame, 0, frame.Length, 0, back));
            pack.SohPermille = back.SohPermille;
            pack.RemainingMah = back.RemainingMah;
            pack.SoftwareVersion = back.SoftwareVersion;
            Assert.Equivalent(pack, back, strict: true);
        });
    }

    private static Jk4E57Image Make(int cells, int[] mv, uint[] values, bool[] present)
    {
        var image = new Jk4E57Image { CellCount = cells };
        for (var i = 0; i < cells; i++) image.CellMv[i] = mv[i];
        for (var i = 0; i < Ids.Length; i++)
        {
            image.Set(Ids[i], values[i]);
            if (!present[i]) image.Remove(Ids[i]);
        }

        return image;
    }
}
