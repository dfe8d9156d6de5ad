// PB on RS485: both ways of asking, several packs, echo, foreign answers, a cold bus, packs that vanish.
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.JkPb;
using JkFleet.Bms.Modbus;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class JkPbTests
{
    public static TheoryData<JkPbMode> Modes { get; } = [JkPbMode.Trigger, JkPbMode.Registers];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Single_pack_is_read_with_the_ceilings_of_its_settings(JkPbMode mode)
    {
        var pack = BusBench.Pack();
        pack.Alarms = BmsAlarms.CellOverVoltage | BmsAlarms.ChargeLowTemp;
        pack.TempCount = 4;
        pack.TempDeciC[2] = -55;
        pack.TempDeciC[3] = 312;
        var player = new JkPbPlayer(pack, 3) { Settings = { MaxChargeMa = 90000, MaxDischargeMa = 120000 } };
        var link = new JkPbProtocol(mode, [3], 1000);
        var bench = new BusBench(link, player) { ChunkBytes = 64 };

        bench.Run(10000);

        Assert.InRange(bench.Readings, 8, 10);
        Assert.Equal(pack.CellMv[..16], bench.Last.CellMv[..bench.Last.CellCount]);
        Assert.Equal(pack.PackVoltageMv, bench.Last.PackVoltageMv);
        Assert.Equal(pack.CurrentMa, bench.Last.CurrentMa);
        Assert.Equal(pack.Alarms, bench.Last.Alarms);
        Assert.Equal(pack.TempDeciC[..4], bench.Last.TempDeciC[..bench.Last.TempCount]);
        Assert.Equal((pack.SocPermille, pack.SohPermille, pack.Cycles), (bench.Last.SocPermille, bench.Last.SohPermille, bench.Last.Cycles));
        Assert.Equal((pack.CapacityMah, pack.RemainingMah), (bench.Last.CapacityMah, bench.Last.RemainingMah));
        Assert.Equal((90000, 120000), (bench.Last.MaxChargeMa, bench.Last.MaxDischargeMa));
        Assert.Equal(mode == JkPbMode.Trigger ? "15.38" : "", bench.Last.SoftwareVersion);
        Assert.Equal((0, 0), (link.Counters.Refused, link.Counters.Unanswered));
    }

    [Fact]
    public void Unit_that_does_not_name_itself_is_read_all_the_same()
    {
        var link = new JkPbProtocol(JkPbMode.Trigger, [1], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1)) { Wire = answer => answer[Jk02Frame.TypeAt] == Jk02Frame.DeviceInfo ? [] : answer };

        bench.Run(10000);

        Assert.InRange(bench.Readings, 8, 10);
        Assert.Equal(1, link.Counters.Unanswered);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Echo_of_the_request_is_skipped(JkPbMode mode)
    {
        var link = new JkPbProtocol(mode, [1], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1)) { Echo = true, ChunkBytes = 7 };

        bench.Run(5000);

        Assert.True(bench.Readings >= 3);
        Assert.Equal(link.Counters.Requests, link.Counters.Ignored);
        Assert.Equal(0, link.Counters.Refused);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Packs_of_one_bus_add_up(JkPbMode mode)
    {
        var packs = Enumerable.Range(0, 3).Select(i => BusBench.Pack(16, 3300 + (10 * i))).ToArray();
        var players = packs.Select((p, i) => new JkPbPlayer(p, i + 1)).ToArray();
        var link = new JkPbProtocol(mode, [1, 2, 3], 1000);
        var bench = new BusBench(link, players);

        bench.Run(12000);

        Assert.Equal((3, 3), (bench.Last.PacksTotal, bench.Last.PacksOnline));
        Assert.Equal(3 * packs[0].CurrentMa, bench.Last.CurrentMa);
        Assert.Equal(300000, bench.Last.MaxChargeMa);
        Assert.Equal(3335, bench.Last.CellMaxMv);
        Assert.Equal((16, 16), (bench.Last.CellCount, bench.Last.CellMaxNo));
        Assert.Equal(3300, bench.Last.CellMinMv);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Vanished_pack_loses_its_limit_and_gets_it_back(JkPbMode mode)
    {
        var packs = Enumerable.Range(0, 2).Select(_ => BusBench.Pack()).ToArray();
        var players = packs.Select((p, i) => new JkPbPlayer(p, i + 1)).ToArray();
        var bench = new BusBench(new JkPbProtocol(mode, [1, 2], 1000), players);
        bench.Run(8000);
        Assert.Equal(200000, bench.Last.MaxChargeMa);

        bench.Hears = i => i == 0;
        bench.Run(JkPbProtocol.PackStaleMs + 4000);
        Assert.Equal((1, 100000), (bench.Last.PacksOnline, bench.Last.MaxChargeMa));
        bench.Hears = _ => true;
        bench.Run(15000);

        Assert.Equal((2, 200000), (bench.Last.PacksOnline, bench.Last.MaxChargeMa));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Cold_bus_that_swallows_every_second_request_is_still_read(JkPbMode mode)
    {
        var bench = new BusBench(new JkPbProtocol(mode, [1], 1000), new JkPbPlayer(BusBench.Pack(), 1));
        bench.Hears = _ => bench.Sent.Count % 2 == 0;

        bench.Run(20000);

        Assert.True(bench.Readings >= 5, $"{bench.Readings} readings");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Answer_of_another_address_is_refused(JkPbMode mode)
    {
        var link = new JkPbProtocol(mode, [1], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1)) { Wire = Readdress };

        bench.Run(8000);

        Assert.Equal(0, bench.Readings);
        Assert.True(link.Counters.Refused > 0);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Payload_without_acknowledge_counts_only_on_a_bus_of_one(int packs, bool read)
    {
        var link = new JkPbProtocol(JkPbMode.Trigger, [.. Enumerable.Range(1, packs)], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1)) { Wire = answer => answer[..300] };

        bench.Run(8000);

        Assert.Equal(read, bench.Readings > 0);
    }

    [Fact]
    public void Damaged_payload_is_refused_and_asked_for_again()
    {
        var link = new JkPbProtocol(JkPbMode.Trigger, [1], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1));
        var n = 0;
        bench.Wire = answer =>
        {
            if (n++ == 0) answer[100] ^= 1;
            return answer;
        };

        bench.Run(3000);

        Assert.Equal("bad_checksum", link.Counters.LastRefusal);
        Assert.True(bench.Readings > 0);
    }

    [Fact]
    public void Modbus_exception_is_no_answer()
    {
        var link = new JkPbProtocol(JkPbMode.Registers, [1], 1000);
        var bench = new BusBench(link, new JkPbPlayer(BusBench.Pack(), 1))
        {
            Wire = _ =>
            {
                byte[] exception = [1, 0x83, 2, 0, 0];
                ModbusRtu.Seal(exception, 3);
                return exception;
            },
        };

        bench.Run(5000);

        Assert.Equal(0, bench.Readings);
        Assert.Equal("exception", link.Counters.LastRefusal);
    }

    [Fact]
    public void Address_zero_is_never_asked()
    {
        var bench = new BusBench(new JkPbProtocol(JkPbMode.Trigger, [0, 16, -1, 4], 1000));

        bench.Run(5000);

        Assert.All(bench.Sent, request => Assert.Equal(4, request[0]));
    }

    [Theory]
    [InlineData(1, JkPbRegisters.StatusTrigger, "011016200001020000D6F1")]
    [InlineData(3, JkPbRegisters.StatusTrigger, "031016200001020000CF91")]
    [InlineData(15, JkPbRegisters.StatusTrigger, "0F10162000010200009A91")]
    [InlineData(1, JkPbRegisters.SettingsTrigger, "0110161E0001020000D22F")]
    [InlineData(1, JkPbRegisters.DeviceTrigger, "0110161C0001020000D3CD")]
    public void Trigger_requests_are_those_of_the_handbook(int address, int register, string hex)
    {
        var buffer = new byte[16];
        Assert.Equal(hex, Convert.ToHexString(buffer, 0, ModbusRtu.WriteRequest(buffer, address, register, 0)));
    }

    [Fact]
    public void Read_request_is_that_of_the_handbook()
    {
        var buffer = new byte[16];
        Assert.Equal("01031200002840AC", Convert.ToHexString(buffer, 0, ModbusRtu.ReadRequest(buffer, 1, 0x1200, 40)));
    }

    // Another unit answers: same payload, its own address, right CRCs.
    private static byte[] Readdress(byte[] answer)
    {
        if (answer[0] == 0x55)
        {
            ModbusRtu.WriteAck(answer, 301, 2, Bytes.U16Be(answer, 303));
            return answer;
        }

        answer[0] = 2;
        ModbusRtu.Seal(answer, answer.Length - 2);
        return answer;
    }
}
