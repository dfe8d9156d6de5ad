namespace JkFleet.Server.Demo;

/// <summary>Section <c>Demo</c>: fills an empty server with something to look at. Off unless <c>deploy/demo</c> turns it on.</summary>
public sealed class DemoOptions
{
  public const string Section = "Demo";

  public bool Enabled { get; set; }

  /// <summary>A signed build (.jkfw) that a rollout is started with, as soon as it is there; empty = no rollout.</summary>
  public string Artifact { get; set; } = "";
}
