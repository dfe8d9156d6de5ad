using JkFleet.Inverter;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class PylonLvTests
{
  private readonly CanFrame frame = new();

  [Fact]
  public void Nothing_goes_out_before_the_first_update()
  {
    var battery = new PylonLv();
    for (var now = 0L; now < 5000; now += 10) Assert.False(battery.NextFrame(now, frame));
  }

  [Fact]
  public void A_set_goes_out_every_second_with_a_pause_between_its_frames()
  {
    var battery = new PylonLv();
    battery.Update(Make.Pack(), Make.Limits());

    var sent = Run(battery, 0, 5000);

    Assert.Equal(30, sent.Count);
    Assert.Equal([0L, 20, 40, 60, 80, 100, 1000, 1020], sent.Take(8).Select(s => s.At));
    Assert.Equal([0x359, 0x351, 0x355, 0x356, 0x35C, 0x35E], sent.Take(6).Select(s => s.Id));
  }

  [Fact]
  public void A_clock_that_starts_anywhere_makes_no_difference()
  {
    foreach (var start in new[] { -1_000_000L, 4_000_000_000L, long.MaxValue - 10_000 })
    {
      var battery = new PylonLv();
      battery.Update(Make.Pack(), Make.Limits());
      Assert.Equal(30, Run(battery, start, 5000).Count);
    }
  }

  [Fact]
  public void A_fall_of_a_limit_does_not_wait_for_the_period()
  {
    var battery = new PylonLv();
    battery.Update(Make.Pack(), Make.Limits());
    Run(battery, 0, 250);
    battery.Update(Make.Pack(), Make.Limits(l => l.Forbid(LimitReason.BmsAlarm)));

    var sent = Run(battery, 250, 300);

    Assert.Equal([0x359, 0x351, 0x355, 0x356, 0x35C, 0x35E], sent.Select(s => s.Id));
    Assert.Equal("351#3002000000 00CC01".Replace(" ", "", StringComparison.Ordinal), sent[1].Text);
    Assert.Equal(250, sent[0].At);
  }

  [Fact]
  public void Limits_that_fall_at_every_step_do_not_flood_the_bus()
  {
    var battery = new PylonLv();
    var sent = 0;
    for (var now = 0; now < 10000; now += 10)
    {
      var milliamps = 100000 - (now * 10);
      battery.Update(Make.Pack(), Make.Limits(l => l.ChargeLimitMa = milliamps));
      while (battery.NextFrame(now, frame)) sent++;
    }

    Assert.InRange(sent, 6 * 40, 6 * 51);
  }

  [Fact]
  public void A_rise_waits_for_the_period()
  {
    var battery = new PylonLv();
    battery.Update(Make.Pack(), Make.Limits());
    Run(battery, 0, 250);
    battery.Update(Make.Pack(), Make.Limits(l => l.ChargeLimitMa = 90000));
    Assert.Empty(Run(battery, 250, 700));
  }

  [Fact]
  public void Any_frame_of_the_inverter_counts_but_a_second_battery_is_told_apart()
  {
    var battery = new PylonLv();
    battery.Receive(Make.Frame(0x305, "0000000000000000"), 10);
    battery.Receive(Make.Frame(0x307, "1234567856494300"), 20);
    battery.Receive(Make.Frame(0x18FF1234, "00", extended: true), 30);
    battery.Receive(Make.Frame(0x351, "1402740E740ECC01"), 40);

    Assert.Equal(3, battery.Heard);
    Assert.Equal(30, battery.LastHeardMs);
    Assert.Equal(1, battery.ForeignBattery);
  }

  [Fact]
  public void Sending_costs_no_memory()
  {
    var battery = new PylonLv();
    var pack = Make.Pack();
    var limits = Make.Limits();
    var before = 0L;
    for (var now = 0; now < 20000; now += 10)
    {
      if (now == 10000) before = GC.GetAllocatedBytesForCurrentThread();
      battery.Update(pack, limits);
      while (battery.NextFrame(now, frame)) battery.Receive(frame, now);
    }

    Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
  }

  private List<(long At, int Id, string Text)> Run(PylonLv battery, long start, int milliseconds)
  {
    var sent = new List<(long At, int Id, string Text)>();
    for (var now = start; now < start + milliseconds; now += 5)
      while (battery.NextFrame(now, frame)) sent.Add((now, frame.Id, Make.Text(frame)));
    return sent;
  }
}
