namespace JkFleet.Server.Ui;

/// <summary>How good or bad something is; every tone is shown with a word, never by colour alone.</summary>
public enum Tone
{
  /// <summary>Unknown or not of interest.</summary>
  Quiet,

  /// <summary>As it should be.</summary>
  Ok,

  /// <summary>Worth knowing.</summary>
  Info,

  /// <summary>Look at it today.</summary>
  Warn,

  /// <summary>Look at it now.</summary>
  Bad,
}

/// <summary>A short text with its tone.</summary>
/// <param name="Text">One to three words.</param>
/// <param name="Tone">How good or bad.</param>
public readonly record struct Said(string Text, Tone Tone)
{
  /// <summary>The class that app.css colours.</summary>
  public string Css => Tone switch { Tone.Ok => "ok", Tone.Info => "info", Tone.Warn => "warn", Tone.Bad => "bad", _ => "quiet" };
}
