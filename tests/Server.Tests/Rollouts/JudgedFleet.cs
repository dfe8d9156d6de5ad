// The rules of a rollout are told as short stories with a hand-moved clock. Each trap that other systems fell into is a case.
using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>A rollout over devices whose facts the test moves by hand.</summary>
internal sealed class JudgedFleet
{
  public readonly RolloutFacts Healthy = new()
  {
    Online = true, Runs = "1.0.0", BmsHeard = true, InverterHeard = true, SocPermille = 600, Site = "s", LocalMinute = 720,
  };

  public readonly Dictionary<string, RolloutFacts> Facts = [];
  public readonly Rollout Rollout;
  public DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
  public RolloutStep LastStep = new();

  public JudgedFleet(int count, Action<RolloutPolicy>? set = null)
  {
    var policy = new RolloutPolicy { JitterSeconds = 0 };
    set?.Invoke(policy);
    Assert.Empty(policy.Mistakes());
    Rollout = new Rollout { Name = "r", Version = "2.0.0", Board = "sim", CreatedBy = "op", Why = "test", Policy = policy, StateSince = Now };
    var waves = policy.WavesFor(count);
    for (var i = 0; i < count; i++)
    {
      Rollout.Devices.Add(new RolloutDevice { DeviceId = $"d{i}", Wave = waves[i], StageSince = Now, ProgressAt = Now, InverterWasHeard = true });
      Facts[$"d{i}"] = Healthy;
    }

    for (var w = 0; w <= waves[^1] + 1; w++) Rollout.Waves.Add(new RolloutWave { Index = w, IsTail = w > waves[^1], StateSince = Now });
  }

  public string News => Rollout.StateReason;

  public RolloutFacts? Of(string id) => Facts.GetValueOrDefault(id);

  public IEnumerable<RolloutDevice> Wave(int index) => Rollout.Devices.Where(d => d.Wave == index);

  public void Pass(int seconds) => Now += TimeSpan.FromSeconds(seconds);

  public void Tick(int times = 1)
  {
    for (var i = 0; i < times; i++)
    {
      LastStep = RolloutJudge.Decide(Rollout, Of, Now);
      LastStep.ApplyTo(Rollout, Now);
      Now += TimeSpan.FromSeconds(1);
    }
  }

  public void Report(RolloutDevice device, UpdateState state, string reason, int permille = 0) =>
    Facts[device.DeviceId] = Facts[device.DeviceId] with
    {
      ReportedDesired = device.OfferDesired, Update = state, UpdateVersion = Rollout.Version, UpdateReason = reason, UpdatePermille = permille,
    };

  public void Confirm(RolloutDevice device)
  {
    Report(device, UpdateState.Confirmed, "");
    Facts[device.DeviceId] = Facts[device.DeviceId] with { Runs = Rollout.Version };
  }

  public void DevicesDoTheirBest()
  {
    foreach (var device in Rollout.Devices.Where(d => RolloutJudge.IsInFlight(d.Stage))) Confirm(device);
  }

  public void RunUntil(RolloutState state, Action<JudgedFleet> between)
  {
    for (var i = 0; i < 20_000 && Rollout.State != state; i++)
    {
      Tick();
      between(this);
    }

    Assert.Equal(state, Rollout.State);
  }
}
