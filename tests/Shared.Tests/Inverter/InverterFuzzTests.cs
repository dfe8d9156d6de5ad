// Mutated CAN frames over both inverter protocols: no exception, no look behind the length, no limit that was not sent.
// A short slice by default; JKFLEET_FUZZ=10000000 makes the long run.
using System.Globalization;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class InverterFuzzTests(ITestOutputHelper output)
{
  private static readonly long Rounds =
    long.TryParse(Environment.GetEnvironmentVariable("JKFLEET_FUZZ"), CultureInfo.InvariantCulture, out var n) ? n : 200_000;

  private readonly Random random = new(20261122);
  private readonly CanFrame frame = new();
  private readonly CanFrame twin = new();
  private readonly PylonLvState lvA = new();
  private readonly PylonLvState lvB = new();
  private readonly PylonHvState hvA = new();
  private readonly PylonHvState hvB = new();

  [Fact]
  public void Mutated_frames_break_nothing()
  {
    var seeds = Seeds();
    var lv = new PylonLv();
    PylonHv[] hv = [new(new InverterDialect()), new(new InverterDialect { Address = 0, HighByteFirst = true })];
    lv.Update(Make.Pack(), Make.Limits());
    foreach (var battery in hv) battery.Update(Make.Pack(), Make.Limits());
    long understood = 0;
    long answers = 0;
    long heard = 0;
    for (long now = 1; now <= Rounds; now++)
    {
      Mutate(seeds);
      var high = (now & 1) != 0;
      var understoodLv = PylonLvDecoder.Decode(frame, now, lvA);
      var understoodHv = PylonHvDecoder.Decode(frame, high, now, hvA);
      // The same frame with other bytes behind its end, into states of the same past: all must stay the same.
      if (understoodLv != PylonLvDecoder.Decode(twin, now, lvB) || !Same(lvA, lvB)) Assert.Fail($"looked behind the end of {Make.Text(frame)}");
      if (understoodHv != PylonHvDecoder.Decode(twin, high, now, hvB) || !Same(hvA, hvB)) Assert.Fail($"looked behind the end of {Make.Text(frame)}");
      if (understoodLv || understoodHv) understood++;
      if (lvA.AllowedChargeMa() is < 0 or > 3276700 || lvA.AllowedDischargeMa() is < 0 or > 3276700) Assert.Fail("an allowed limit out of range");
      if (hvA.AllowedChargeMa() is < 0 or > 3553500 || hvA.AllowedDischargeMa() is < 0 or > 3553500) Assert.Fail("an allowed limit out of range");

      lv.Receive(frame, now);
      while (lv.NextFrame(now, twin)) heard++;
      foreach (var battery in hv)
      {
        battery.Receive(frame, now);
        while (battery.NextFrame(now, twin))
        {
          answers++;
          if (twin.Length != 8 || twin.Id < 0 || twin.Id > (twin.Extended ? 0xFFFF : 0x7FF)) Assert.Fail($"sent {Make.Text(twin)}");
        }
      }
    }

    output.WriteLine($"{Rounds} mutated frames, {understood} understood as a battery's, {answers} answers to questions, {heard} low-voltage frames beside");
    Assert.True(understood > Rounds / 10, "the mutations must leave frames to understand");
    Assert.True(answers > Rounds / 1000, "the mutations must leave questions to answer");
  }

  private List<CanFrame> Seeds()
  {
    var seeds = new List<CanFrame>();
    foreach (var vector in VectorFolder.Load("can-pylon-lv", "can-pylon-hv"))
    {
      var parts = vector.Hex.Split('#');
      seeds.Add(Make.Frame(Convert.ToInt32(parts[0], 16), parts[1], parts[0].Length > 3));
    }

    var frames = Make.Frames(PylonLvEncoder.MostFrames);
    Add(frames, PylonLvEncoder.Encode(Make.Pack(), Make.Limits(), new InverterDialect { Frames = (LvFrame)0xFFFFF }, frames));
    Add(frames, PylonHvEncoder.Ensemble(Make.Pack(), Make.Limits(), new InverterDialect(), false, frames));
    Add(frames, PylonHvEncoder.Equipment(Make.Pack(), new InverterDialect(), frames));
    Add(frames, PylonHvEncoder.Cells(Make.Pack(), new InverterDialect(), frames));
    foreach (var extended in new[] { true, false })
    {
      for (var topic = 0; topic < 3; topic++)
      {
        PylonHvHost.Ask(topic, extended, frame);
        Add([frame], 1);
      }

      PylonHvHost.Sleep(true, 1, extended, frame);
      Add([frame], 1);
      PylonHvHost.Command(true, true, 0, extended, frame);
      Add([frame], 1);
      PylonHvHost.Mask(1, extended, frame);
      Add([frame], 1);
    }

    return seeds;

    void Add(CanFrame[] made, int count)
    {
      for (var i = 0; i < count; i++)
      {
        var copy = new CanFrame();
        made[i].CopyTo(copy);
        seeds.Add(copy);
      }
    }
  }

  private void Mutate(List<CanFrame> seeds)
  {
    seeds[random.Next(seeds.Count)].CopyTo(frame);
    switch (random.Next(8))
    {
      case 0: frame.Length = random.Next(9); break;
      case 1: frame.Data[random.Next(8)] ^= (byte)(1 << random.Next(8)); break;
      case 2: frame.Data[random.Next(8)] = (byte)random.Next(256); break;
      case 3: random.NextBytes(frame.Data); break;
      case 4: frame.Extended = !frame.Extended; frame.Id &= frame.Extended ? 0x1FFFFFFF : 0x7FF; break;
      case 5: frame.Id = random.Next(frame.Extended ? 0x20000000 : 0x800); break;
      case 6: frame.Id = Math.Min(frame.Id ^ (1 << random.Next(frame.Extended ? 29 : 11)), frame.Extended ? 0x1FFFFFFF : 0x7FF); break;
      default: break; // as it was
    }

    frame.CopyTo(twin);
    for (var i = frame.Length; i < 8; i++)
    {
      frame.Data[i] = 0;
      twin.Data[i] = 0xA5;
    }
  }

  private static bool Same(PylonLvState a, PylonLvState b) =>
    a.Seen == b.Seen && a.ChargeVoltageMv == b.ChargeVoltageMv && a.ChargeLimitMa == b.ChargeLimitMa && a.DischargeLimitMa == b.DischargeLimitMa
    && a.DischargeCutoffMv == b.DischargeCutoffMv && a.SocPercent == b.SocPercent && a.SohPercent == b.SohPercent
    && a.FineSocCentiPercent == b.FineSocCentiPercent && a.VoltageMv == b.VoltageMv && a.CurrentMa == b.CurrentMa && a.TempDeciC == b.TempDeciC
    && a.Protections == b.Protections && a.Alarms == b.Alarms && a.Modules == b.Modules && a.Signed == b.Signed
    && a.ChargeEnabled == b.ChargeEnabled && a.DischargeEnabled == b.DischargeEnabled && a.MakerLength == b.MakerLength
    && a.PairedAlarms == b.PairedAlarms && a.PairedWarnings == b.PairedWarnings && a.CapacityAh == b.CapacityAh && a.NominalAh == b.NominalAh
    && a.CellMinMv == b.CellMinMv && a.CellMaxMv == b.CellMaxMv && a.InstalledAh == b.InstalledAh && a.ForceFlag == b.ForceFlag;

  private static bool Same(PylonHvState a, PylonHvState b) =>
    a.VoltageMv == b.VoltageMv && a.CurrentMa == b.CurrentMa && a.TempDeciC == b.TempDeciC && a.SocPercent == b.SocPercent
    && a.SohPercent == b.SohPercent && a.ChargeCutoffMv == b.ChargeCutoffMv && a.DischargeCutoffMv == b.DischargeCutoffMv
    && a.ChargeLimitMa == b.ChargeLimitMa && a.DischargeLimitMa == b.DischargeLimitMa && a.CellMaxMv == b.CellMaxMv
    && a.CellMinNo == b.CellMinNo && a.CellMaxTempDeciC == b.CellMaxTempDeciC && a.Status == b.Status && a.Cycles == b.Cycles
    && a.Faults == b.Faults && a.Alarms == b.Alarms && a.Protections == b.Protections && a.ModuleMaxMv == b.ModuleMaxMv
    && a.ModuleMinTempNo == b.ModuleMinTempNo && a.ChargeForbidden == b.ChargeForbidden && a.DischargeForbidden == b.DischargeForbidden
    && a.MoreFaults == b.MoreFaults && a.Cells == b.Cells && a.CapacityAh == b.CapacityAh && a.CellsHeard == b.CellsHeard
    && a.CellMv[0] == b.CellMv[0] && a.CellMv[3] == b.CellMv[3] && a.MaskAccepted == b.MaskAccepted && a.Maker[7] == b.Maker[7];
}
