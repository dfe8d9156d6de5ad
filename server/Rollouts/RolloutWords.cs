using JkFleet.Contracts;
using JkFleet.Server.Ui;

namespace JkFleet.Server.Rollouts;

/// <summary>States of rollouts in words for people, each with its tone and with what to do next.</summary>
public static class RolloutWords
{
  public static Said Of(RolloutState state) => state switch
  {
    RolloutState.Scheduled => new("Scheduled", Tone.Info),
    RolloutState.Running => new("Running", Tone.Info),
    RolloutState.Paused => new("Halted", Tone.Warn),
    RolloutState.Aborted => new("Aborted", Tone.Quiet),
    RolloutState.Completed => new("Completed", Tone.Ok),
    RolloutState.CompletedWithFailures => new("Done with failures", Tone.Warn),
    RolloutState.RollingBack => new("Rolling back", Tone.Warn),
    _ => new("Rolled back", Tone.Quiet),
  };

  /// <summary>Nothing more happens to its state.</summary>
  public static bool IsOver(RolloutState state) => state is RolloutState.Aborted or RolloutState.Completed or RolloutState.CompletedWithFailures or RolloutState.RolledBack;

  public static Said Of(WaveState state) => state switch
  {
    WaveState.Pending => new("Waits", Tone.Quiet),
    WaveState.Open => new("Open", Tone.Info),
    WaveState.Soaking => new("Soaking", Tone.Info),
    WaveState.Passed => new("Passed", Tone.Ok),
    _ => new("Failed", Tone.Bad),
  };

  public static Said Of(StageOfDevice stage) => stage switch
  {
    StageOfDevice.Planned => new("Waits its turn", Tone.Quiet),
    StageOfDevice.Gated => new("Held back", Tone.Warn),
    StageOfDevice.Offered => new("Offered", Tone.Info),
    StageOfDevice.Downloading => new("Downloading", Tone.Info),
    StageOfDevice.Downloaded => new("Verified, waits", Tone.Info),
    StageOfDevice.Switching => new("Restarting", Tone.Info),
    StageOfDevice.Verifying => new("Proving health", Tone.Info),
    StageOfDevice.Confirmed => new("Confirmed", Tone.Ok),
    StageOfDevice.AlreadyCurrent => new("Was current", Tone.Quiet),
    StageOfDevice.Reverted => new("Went back", Tone.Bad),
    StageOfDevice.Failed => new("Failed", Tone.Bad),
    StageOfDevice.Refused => new("Refused", Tone.Bad),
    StageOfDevice.TimedOut => new("Timed out", Tone.Bad),
    StageOfDevice.Silent => new("Silent", Tone.Bad),
    StageOfDevice.Regressed => new("Fell ill", Tone.Bad),
    StageOfDevice.Skipped => new("Left out", Tone.Quiet),
    StageOfDevice.Returning => new("Going back", Tone.Warn),
    StageOfDevice.Returned => new("Back", Tone.Quiet),
    _ => new("Not back", Tone.Bad),
  };

  /// <summary>Why a file is no build for this server, with the stable name that devices report too.</summary>
  public static string Of(FirmwareRefusal refusal) => refusal switch
  {
    FirmwareRefusal.NotFirmware => "it is no signed build; make one with `jkagent release sign`",
    FirmwareRefusal.UnknownFormat => "its format is newer than this server; update the server",
    FirmwareRefusal.Truncated => "it ends too early; upload it again",
    FirmwareRefusal.Oversized => "it is larger than any build may be",
    FirmwareRefusal.BadManifest => "its manifest is damaged",
    FirmwareRefusal.TrailingBytes => "something follows after its end",
    FirmwareRefusal.WrongKey => "it is signed with a key that is not pinned on this server",
    FirmwareRefusal.BadSignature => "its signature does not fit: it was changed after it was signed",
    FirmwareRefusal.WrongContract => "it speaks another version of the contract",
    FirmwareRefusal.Expired => "its time has passed",
    FirmwareRefusal.WrongHash => "its content was changed after it was signed",
    FirmwareRefusal.WrongClr => "it needs another runtime than the boards have",
    FirmwareRefusal.MissingAssembly => "it needs an assembly that the boards do not have",
    _ => "its content is not sound",
  } + $" ({FirmwareRefusalNames.Of(refusal)})";

  /// <summary>What comes next or who has to act; empty when it is over and nothing is left to say. Its why is <see cref="Rollout.StateReason"/>.</summary>
  /// <param name="rollout">Its devices are not read.</param>
  /// <param name="byStage">Devices by stage, those that the reader may see.</param>
  public static string Next(Rollout rollout, IReadOnlyDictionary<StageOfDevice, int> byStage)
  {
    int Of(params ReadOnlySpan<StageOfDevice> stages)
    {
      var count = 0;
      foreach (var stage in stages) count += byStage.GetValueOrDefault(stage);
      return count;
    }

    var restarting = Of(StageOfDevice.Switching, StageOfDevice.Verifying);
    var unanswered = Of(StageOfDevice.TimedOut, StageOfDevice.Silent);
    // Nobody knows how far they came. A halt takes their offer back; a build that proved good waits for them.
    var unknown = unanswered == 0 ? "" : $" {Show.Devices(unanswered)} never answered and may have switched before the offer was taken back.";
    var late = unanswered == 0 ? "" : $" {Show.Devices(unanswered)} never answered and may still take the build.";
    var followed = restarting == 0 ? "" : $" {Show.Devices(restarting)} {(restarting == 1 ? "was" : "were")} restarting already and {(restarting == 1 ? "is" : "are")} followed to the end.";
    return rollout.State switch
    {
      RolloutState.Scheduled => "It starts by itself; until then it can be halted or aborted.",
      RolloutState.Running => $"It goes on by itself, and halts at {Failed(rollout.Policy.FailCap)} or when {rollout.Policy.FailPercent} % of at least {rollout.Policy.MinSample} decided ones failed.",
      RolloutState.Paused => $"No further device is offered the build.{followed}{unknown} It waits for a person: "
        + (byStage.Any(s => RolloutJudge.IsBad(s.Key) && s.Value > 0) ? "look at the failed devices, then try them again, go on without them, roll back, or abort." : "go on or abort."),
      RolloutState.Aborted => (followed + unknown).Trim(),
      RolloutState.CompletedWithFailures => $"Who failed or was left out is not tried again: plan another rollout for them.{late}",
      RolloutState.RollingBack => $"{Show.Devices(Of(StageOfDevice.Returned))} back on {rollout.FormerVersion}, {Of(StageOfDevice.Returning)} on the way; each has up to {Show.Span(TimeSpan.FromSeconds(rollout.Policy.TotalSeconds))}.",
      RolloutState.RolledBack when Of(StageOfDevice.ReturnFailed) > 0 => "Look at those that did not come back; nothing more is tried with them.",
      _ => "",
    };

    static string Failed(int cap) => cap == 1 ? "1 failed device" : $"{cap} failed devices";
  }

  /// <summary>Order in which devices are listed: trouble first, then movement, then the quiet ones.</summary>
  public static int Rank(StageOfDevice stage) => Of(stage).Tone switch { Tone.Bad => 0, Tone.Warn => 1, Tone.Info => 2, Tone.Ok => 4, _ => 3 };
}
