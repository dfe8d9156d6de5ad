// JK's own CAN: readings from frames, what must be fresh, what short frames do.
using JkFleet.Bms;
using JkFleet.Bms.JkCan;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class JkCanTests
{
    private readonly CanFrame _frame = new();

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(24)]
    public void Round_of_frames_is_one_reading(int cells)
    {
        var pack = BusBench.Pack(cells);
        pack.CurrentMa = -12300;
        pack.Alarms = BmsAlarms.CellOverVoltage | BmsAlarms.LowCapacity;
        var reader = new JkCanReader(0, false);

        Feed(reader, pack, 1000);

        var reading = Taken(reader);
        Assert.Equal(pack.CellMv[..cells], reading.CellMv[..reading.CellCount]);
        Assert.Equal(pack.PackVoltageMv / 100 * 100, reading.PackVoltageMv);
        Assert.Equal(-12300, reading.CurrentMa);
        Assert.Equal(pack.Alarms, reading.Alarms);
        Assert.Equal((180, -30, 250), (reading.TempDeciC[0], reading.TempDeciC[1], reading.TempMosDeciC));
        Assert.Equal((280000, 159600, 12), (reading.CapacityMah, reading.RemainingMah, reading.Cycles));
        Assert.True(reading.ChargeMosOn && reading.DischargeMosOn);
        Assert.Equal(BmsSnapshot.Unknown, reading.MaxChargeMa);
    }

    [Fact]
    public void Unit_that_counts_discharge_positive_is_turned_round()
    {
        var reader = new JkCanReader(0, true);
        Feed(reader, BusBench.Pack(), 1000);
        Assert.Equal(12300, Taken(reader).CurrentMa);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(0, false)]
    public void Old_unit_with_only_its_extremes_needs_its_cell_count(int cells, bool read)
    {
        var pack = BusBench.Pack();
        var reader = new JkCanReader(cells, false);
        Feed(reader, pack, 1000, n => n is 0 or 1 or 12);

        var reading = new BmsSnapshot();
        Assert.Equal(read, reader.TryTake(reading));
        if (!read) return;
        Assert.Equal((pack.CellMaxMv, pack.CellMaxNo, pack.CellMinMv, pack.CellMinNo), (reading.CellMaxMv, reading.CellMaxNo, reading.CellMinMv, reading.CellMinNo));
        Assert.Equal(16, reading.CellCount);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(5)]
    public void Part_that_went_stale_stops_the_readings(int missing)
    {
        var reader = new JkCanReader(0, false);
        Feed(reader, BusBench.Pack(), 1000);
        Taken(reader);

        Feed(reader, BusBench.Pack(), 1000 + JkCanReader.FreshMs + 1, n => n != missing);

        Assert.False(reader.TryTake(new BmsSnapshot()));
        Assert.Equal("incomplete", reader.Counters.LastRefusal);
    }

    [Fact]
    public void Alarm_holds_until_it_is_taken_back()
    {
        var pack = BusBench.Pack();
        pack.Alarms = BmsAlarms.ChargeOverCurrent;
        var reader = new JkCanReader(0, false);
        Feed(reader, pack, 1000);
        Assert.Equal(BmsAlarms.ChargeOverCurrent, Taken(reader).Alarms);

        Feed(reader, pack, 9000, n => n != 2);
        Assert.Equal(BmsAlarms.ChargeOverCurrent, Taken(reader).Alarms);
        pack.Alarms = BmsAlarms.None;
        Feed(reader, pack, 10000);

        Assert.Equal(BmsAlarms.None, Taken(reader).Alarms);
    }

    [Fact]
    public void Short_or_senseless_frames_are_refused()
    {
        var reader = new JkCanReader(0, false);
        for (var id = 0; id < 13; id++)
        {
            Assert.True(JkCanEncoder.Frame(BusBench.Pack(), id, _frame));
            for (var length = 0; length < JkCanIds.BytesNeeded(_frame.Id); length++)
            {
                var before = reader.Counters.Refused;
                _frame.Length = length;
                reader.Receive(_frame, 1000);
                Assert.Equal(before + 1, reader.Counters.Refused);
            }
        }

        _frame.Reset(JkCanIds.BattStat, false, 8);
        _frame.Data[4] = 101;
        reader.Receive(_frame, 5000);
        Assert.Equal("bad_soc", reader.Counters.LastRefusal);
    }

    [Fact]
    public void Foreign_identifiers_are_ignored()
    {
        var reader = new JkCanReader(0, false);
        foreach (var id in new[] { 0, 0x305, 0x351, 0x7FF, 0x4210, 0x1806E5F4, 0x1FFFFFFF })
        {
            _frame.Reset(id, id > 0x7FF, 8);
            reader.Receive(_frame, 0);
        }

        _frame.Reset(JkCanIds.BattStat, true, 8);
        reader.Receive(_frame, 0);
        Assert.Equal((8, 0), (reader.Counters.Ignored, reader.Counters.Refused));
    }

    private static BmsSnapshot Taken(JkCanReader reader)
    {
        var reading = new BmsSnapshot();
        Assert.True(reader.TryTake(reading), reader.Counters.LastRefusal);
        return reading;
    }

    private void Feed(JkCanReader reader, BmsSnapshot pack, long nowMs, Func<int, bool>? which = null)
    {
        for (var n = 0; JkCanEncoder.Frame(pack, n, _frame); n++)
            if (which is null || which(n)) reader.Receive(_frame, nowMs);
    }
}
