using JkFleet.Inverter;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class PylonHvTests
{
  private static readonly int[] Ensemble = [0x4210, 0x4220, 0x4230, 0x4240, 0x4250, 0x4260, 0x4270, 0x4280, 0x4290, 0x42A0];
  private static readonly int[] Equipment = [0x7310, 0x7320, 0x7330, 0x7340];
  private readonly CanFrame frame = new();
  private readonly CanFrame question = new();

  [Fact]
  public void Nobody_is_answered_before_the_first_reading_not_even_later()
  {
    var battery = new PylonHv(new InverterDialect());
    Ask(battery, 0, true, 0);
    Assert.Empty(Hear(battery, 0, 1000));
    battery.Update(Make.Pack(), Make.Limits());
    Assert.Empty(Hear(battery, 1000, 1000));
    Assert.Equal(1, battery.Dropped);
    Assert.Equal(1, battery.Heard);
  }

  [Theory]
  [InlineData(0)]
  [InlineData(1)]
  [InlineData(15)]
  public void A_29_bit_question_gets_a_29_bit_answer_with_the_address_within_half_a_second(int address)
  {
    var battery = Awake(new InverterDialect { Address = address });
    Ask(battery, 0, true, 0);
    Ask(battery, 2, true, 0);

    var answer = Hear(battery, 0, 1000);

    Assert.Equal([.. Ensemble.Select(id => id + address), .. Equipment.Select(id => id + address)], answer.Select(a => a.Id));
    Assert.True(answer.TrueForAll(a => a.Extended && a.Length == 8));
    Assert.InRange(answer[^1].At, 100, 499);
    Assert.All(answer.Zip(answer.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, 15, 20));
  }

  [Fact]
  public void An_11_bit_question_gets_an_11_bit_answer_without_address()
  {
    var battery = Awake(new InverterDialect { Address = 1 });
    Ask(battery, 0, false, 0);
    Ask(battery, 2, false, 0);

    var answer = Hear(battery, 0, 1000);

    Assert.Equal([0x421, 0x422, 0x423, 0x424, 0x425, 0x426, 0x427, 0x428, 0x429, 0x42A, 0x731, 0x732, 0x733, 0x734], answer.Select(a => a.Id));
    Assert.True(answer.TrueForAll(a => !a.Extended));
  }

  [Fact]
  public void Junk_behind_the_first_byte_of_a_question_does_not_matter()
  {
    var battery = Awake(new InverterDialect { Address = 0 });
    battery.Receive(Make.Frame(0x4200, "02000000000000E8", extended: true), 0);
    Assert.Equal(Equipment, Hear(battery, 0, 1000).Select(a => a.Id));
  }

  [Fact]
  public void Even_slow_spacing_ends_the_ensemble_within_half_a_second()
  {
    var battery = Awake(new InverterDialect { AnswerSpacingMs = 1000 });
    Ask(battery, 0, true, 0);
    var answer = Hear(battery, 0, 1000);
    Assert.Equal(10, answer.Count);
    Assert.InRange(answer[^1].At, 0, 499);
  }

  [Fact]
  public void A_host_that_asks_all_the_time_still_sees_whole_answers()
  {
    var battery = Awake(new InverterDialect());
    var heard = new List<int>();
    for (var now = 0; now < 3000; now += 5)
    {
      Ask(battery, 0, true, now);
      if (battery.NextFrame(now, frame)) heard.Add(frame.Id - 1);
    }

    Assert.InRange(heard.Count, 150, 200);
    for (var i = 0; i < heard.Count; i++) Assert.Equal(Ensemble[i % 10], heard[i]);
  }

  [Fact]
  public void An_old_question_is_not_answered()
  {
    var battery = Awake(new InverterDialect());
    Ask(battery, 0, true, 0);
    Assert.Empty(Hear(battery, 600, 1000));
    Assert.Equal(1, battery.Dropped);
  }

  [Fact]
  public void A_slow_loop_ends_its_answers_and_a_long_break_drops_the_rest()
  {
    var battery = Awake(new InverterDialect());
    Ask(battery, 0, true, 0);
    Ask(battery, 2, true, 0);
    var heard = 0;
    for (var now = 0; now < 8000; now += 400)
      if (battery.NextFrame(now, frame)) heard++;
    Assert.Equal(14, heard);

    Ask(battery, 0, true, 10_000);
    Assert.True(battery.NextFrame(10_000, frame));
    Assert.False(battery.NextFrame(10_501, frame));
    Assert.Equal(1, battery.Dropped);
  }

  [Fact]
  public void Sleep_is_remembered_until_taken_back_and_shown_in_the_status()
  {
    var battery = Awake(new InverterDialect { Address = 1 });
    battery.Receive(Make.Frame(0x8201, "5500000000000000", extended: true), 0);
    Assert.True(battery.SleepRequested);
    battery.Update(Make.Pack(), Make.Limits(l => l.Forbid(LimitReason.Sleep)));
    Ask(battery, 0, true, 10);
    var s = Understand(battery, 10);
    Assert.Equal((0, true, true), (s.Status, s.ChargeForbidden, s.DischargeForbidden));

    battery.Receive(Make.Frame(0x8200, "AA00000000000000", extended: true), 1000);
    Assert.False(battery.SleepRequested);
    battery.Receive(Make.Frame(0x620, "5500000000000000"), 1000);
    Assert.True(battery.SleepRequested);
    battery.Receive(Make.Frame(0x8200, "0000000000000000", extended: true), 1000);
    Assert.True(battery.SleepRequested);
    battery.Receive(Make.Frame(0x8202, "AA00000000000000", extended: true), 1000);
    Assert.True(battery.SleepRequested);
  }

  [Fact]
  public void A_command_is_noted_and_changes_no_limit()
  {
    var battery = Awake(new InverterDialect());
    battery.Update(Make.Pack(), Make.Limits(l => l.Forbid(LimitReason.BmsAlarm)));
    battery.Receive(Make.Frame(0x8210, "AA00000000000000", extended: true), 0);
    Assert.True(battery.ChargeCommanded);
    Assert.False(battery.DischargeCommanded);
    Ask(battery, 0, true, 0);
    Assert.Equal(0, Understand(battery, 0).AllowedChargeMa());
  }

  [Fact]
  public void A_mask_request_is_accepted_for_five_minutes()
  {
    var battery = Awake(new InverterDialect { Address = 3 });
    battery.Receive(Make.Frame(0x8243, "AA00000000000000", extended: true), 1000);
    Assert.Equal(301000, battery.SilenceMaskedUntilMs);
    Assert.True(battery.NextFrame(1000, frame));
    Assert.Equal("00008253#AA00000000000000", Make.Text(frame));
  }

  [Fact]
  public void Cells_are_told_on_request_and_a_second_battery_is_noticed()
  {
    var battery = Awake(new InverterDialect());
    Ask(battery, 1, true, 0);
    Assert.Equal([0x5001, 0x5011, 0x5021, 0x5031], Hear(battery, 0, 500).Select(a => a.Id));
    battery.Receive(Make.Frame(0x4210, "3F08307592041864", extended: true), 0);
    Assert.Equal((1, 1), (battery.ForeignBattery, battery.Heard));
  }

  [Fact]
  public void Any_other_frame_of_the_host_counts_as_alive()
  {
    var battery = Awake(new InverterDialect());
    battery.Receive(Make.Frame(0x3010, "0100", extended: true), 5);
    battery.Receive(Make.Frame(0x305, "00"), 6);
    battery.Receive(Make.Frame(0x4200, "", extended: true), 7);
    battery.Receive(Make.Frame(0x4200, "09", extended: true), 8);
    Assert.Equal((4, 8L, 1), (battery.Heard, battery.LastHeardMs, battery.Dropped));
    Assert.Empty(Hear(battery, 8, 500));
  }

  [Fact]
  public void Answering_costs_no_memory()
  {
    var battery = Awake(new InverterDialect());
    var pack = Make.Pack();
    var limits = Make.Limits();
    var before = 0L;
    for (var now = 0; now < 20000; now += 10)
    {
      if (now == 10000) before = GC.GetAllocatedBytesForCurrentThread();
      if (now % 1000 == 0) Ask(battery, now / 1000 % 3, true, now);
      battery.Update(pack, limits);
      while (battery.NextFrame(now, frame)) battery.Receive(frame, now);
    }

    Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    Assert.Equal(20, battery.Answered);
  }

  private static PylonHv Awake(InverterDialect dialect)
  {
    var battery = new PylonHv(dialect);
    battery.Update(Make.Pack(), Make.Limits());
    return battery;
  }

  private void Ask(PylonHv battery, int topic, bool extended, long now)
  {
    PylonHvHost.Ask(topic, extended, question);
    battery.Receive(question, now);
  }

  private List<(long At, int Id, bool Extended, int Length)> Hear(PylonHv battery, long start, int milliseconds)
  {
    var heard = new List<(long At, int Id, bool Extended, int Length)>();
    for (var now = start; now < start + milliseconds; now += 5)
      while (battery.NextFrame(now, frame)) heard.Add((now - start, frame.Id, frame.Extended, frame.Length));
    return heard;
  }

  private PylonHvState Understand(PylonHv battery, long start)
  {
    var s = new PylonHvState();
    for (var now = start; now < start + 500; now += 5)
      while (battery.NextFrame(now, frame)) PylonHvDecoder.Decode(frame, false, now, s);
    return s;
  }
}
