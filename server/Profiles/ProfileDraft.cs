using JkFleet.Limits;

namespace JkFleet.Server.Profiles;

/// <summary>
/// A profile while a person edits it. Text that is no number stays where it was typed and is a fault; it never turns back
/// into the value before, which would then be saved instead of what the person sees.
/// </summary>
public sealed class ProfileDraft
{
  private static readonly FieldWords Amps = new("Current", "A", 1000m);

  private readonly Dictionary<int, string> _unreadNumbers = [];
  private readonly List<UnreadPoint> _unreadPoints = [];

  private sealed record UnreadPoint(bool Charge, RampSource Source, int Point, bool IsCurrent, string Text);

  /// <summary>Starts from a profile; both stay apart.</summary>
  public ProfileDraft(Profile origin)
  {
    origin.CopyTo(Origin);
    origin.CopyTo(Now);
    Judge();
  }

  /// <summary>What the edit began with.</summary>
  public Profile Origin { get; } = new();

  /// <summary>What stands now; windows are changed in place, followed by <see cref="Judge"/>.</summary>
  public Profile Now { get; } = new();

  /// <summary>What is wrong, by the rules of the device; text that is no number comes first.</summary>
  public IReadOnlyList<ProfileFault> Faults { get; private set; } = [];

  /// <summary>Those of <see cref="Faults"/> that the rules of the device find.</summary>
  public IReadOnlyList<ProfileFault> RuleFaults { get; private set; } = [];

  /// <summary>What differs from the beginning.</summary>
  public IReadOnlyList<ProfileChange> Changes { get; private set; } = [];

  /// <summary>Something would be lost by leaving.</summary>
  public bool IsTouched => Changes.Count > 0 || _unreadNumbers.Count + _unreadPoints.Count > 0;

  /// <summary>Goes up with every change, so that a chart knows when to draw again.</summary>
  public int Version { get; private set; }

  /// <summary>The ramp of a direction over a source.</summary>
  public RampRule Ramp(bool charge, RampSource source) => (charge ? Now.ChargeRamp : Now.DischargeRamp)[(int)source];

  /// <summary>What stands in the box of a plain field: as typed where it is no number, empty for no maximum.</summary>
  public string NumberText(int field) => _unreadNumbers.TryGetValue(field, out var typed) ? typed
    : Now.Number[field] == ProfileField.NoMaximumMa && ProfileField.Default(field) == ProfileField.NoMaximumMa ? ""
    : FieldWords.Of(field).Show(Now.Number[field]);

  /// <summary>What stands in the box of a point.</summary>
  /// <param name="isCurrent">Its current; else its place on the scale.</param>
  public string PointText(bool charge, RampSource source, int point, bool isCurrent) =>
    Unread(charge, source, point, isCurrent)?.Text
    ?? (isCurrent ? Amps.Show(Ramp(charge, source).LimitMa[point]) : FieldWords.Of(source).Show(Ramp(charge, source).Scale[point]));

  /// <summary>The box of a point holds text that is no number.</summary>
  public bool IsUnread(bool charge, RampSource source, int point, bool isCurrent) => Unread(charge, source, point, isCurrent) is not null;

  /// <summary>Takes what was typed into a plain field; empty = its default.</summary>
  public void SetNumber(int field, string? text)
  {
    text = (text ?? "").Trim();
    _unreadNumbers.Remove(field);
    if (text.Length == 0) Now.Number[field] = ProfileField.Default(field);
    else if (FieldWords.Of(field).TryRead(text, out var stored)) Now.Number[field] = stored;
    else _unreadNumbers[field] = text;
    Judge();
  }

  /// <summary>Takes what was typed into a point.</summary>
  public void SetPoint(bool charge, RampSource source, int point, bool isCurrent, string? text)
  {
    text ??= "";
    var ramp = Ramp(charge, source);
    _unreadPoints.RemoveAll(u => u.Charge == charge && u.Source == source && u.Point == point && u.IsCurrent == isCurrent);
    if (!(isCurrent ? Amps : FieldWords.Of(source)).TryRead(text, out var stored)) _unreadPoints.Add(new(charge, source, point, isCurrent, text));
    else if (isCurrent) ramp.LimitMa[point] = stored;
    else ramp.Scale[point] = stored;
    Judge();
  }

  /// <summary>Adds a point after the last one.</summary>
  public void AddPoint(bool charge, RampSource source)
  {
    var ramp = Ramp(charge, source);
    var step = source is RampSource.SocPermille or RampSource.CellTempDeciC or RampSource.MosTempDeciC ? 100 : 50;
    var start = source switch { RampSource.SocPermille or RampSource.CellTempDeciC or RampSource.MosTempDeciC => 0, RampSource.CellMinMv => 2900, _ => 3300 };
    ramp.Add(ramp.Count == 0 ? start : Math.Min(ramp.Scale[ramp.Count - 1] + step, ProfileRules.MaxScale(source)), ramp.Count == 0 ? 0 : ramp.LimitMa[ramp.Count - 1]);
    Judge();
  }

  /// <summary>Removes a point; what was typed into the later ones moves along with them.</summary>
  public void RemovePoint(bool charge, RampSource source, int point)
  {
    var ramp = Ramp(charge, source);
    for (var i = point; i + 1 < ramp.Count; i++) (ramp.Scale[i], ramp.LimitMa[i]) = (ramp.Scale[i + 1], ramp.LimitMa[i + 1]);
    ramp.Count--;
    _unreadPoints.RemoveAll(u => u.Charge == charge && u.Source == source && u.Point == point);
    for (var i = 0; i < _unreadPoints.Count; i++)
      if (_unreadPoints[i] is { } u && u.Charge == charge && u.Source == source && u.Point > point) _unreadPoints[i] = u with { Point = u.Point - 1 };
    Judge();
  }

  /// <summary>
  /// The same edit on top of what somebody else saved meanwhile: what this person changed wins, everything else is theirs.
  /// A ramp and the windows of a direction count as one thing each.
  /// </summary>
  /// <param name="theirs">The other person's profile.</param>
  /// <returns>The new draft, and wire names of what both changed, differently.</returns>
  public (ProfileDraft Draft, IReadOnlyList<string> Both) On(Profile theirs)
  {
    var draft = new ProfileDraft(theirs);
    var mine = Changes.Select(c => c.Field).ToHashSet(StringComparer.Ordinal);
    foreach (var charge in new[] { true, false })
    {
      for (var source = 0; source < Profile.Sources; source++)
        if (mine.Contains(ProfileRules.ScaleName(charge, (RampSource)source))) Ramp(charge, (RampSource)source).CopyTo(draft.Ramp(charge, (RampSource)source));
    }

    if (mine.Contains("no_charge")) Now.NoCharge.CopyTo(draft.Now.NoCharge);
    if (mine.Contains("no_discharge")) Now.NoDischarge.CopyTo(draft.Now.NoDischarge);
    for (var field = 0; field < ProfileField.Count; field++)
      if (mine.Contains(ProfileField.Name(field))) draft.Now.Number[field] = Now.Number[field];
    foreach (var (field, text) in _unreadNumbers) draft._unreadNumbers[field] = text;
    draft._unreadPoints.AddRange(_unreadPoints.Where(u => u.Point < draft.Ramp(u.Charge, u.Source).Count));
    draft.Judge();
    var still = draft.Changes.Select(c => c.Field).ToHashSet(StringComparer.Ordinal);
    return (draft, [.. ProfileText.Diff(Origin, theirs).Select(c => c.Field).Where(f => mine.Contains(f) && still.Contains(f))]);
  }

  /// <summary>Looks at everything again.</summary>
  public void Judge()
  {
    Version++;
    Changes = ProfileText.Diff(Origin, Now);
    RuleFaults = ProfileText.Judge(Now, new Envelope());
    Faults =
    [
      .. _unreadNumbers.OrderBy(u => u.Key).Select(u => new ProfileFault(ProfileField.Name(u.Key), null, NoNumber(u.Value, FieldWords.Of(u.Key).Unit))),
      .. _unreadPoints.Select(u => new ProfileFault(
        u.IsCurrent ? ProfileRules.CurrentName(u.Charge, u.Source) : ProfileRules.ScaleName(u.Charge, u.Source), null,
        NoNumber(u.Text, u.IsCurrent ? Amps.Unit : FieldWords.Of(u.Source).Unit) + $" (point {u.Point + 1})")),
      .. RuleFaults,
    ];
  }

  private UnreadPoint? Unread(bool charge, RampSource source, int point, bool isCurrent) =>
    _unreadPoints.Find(u => u.Charge == charge && u.Source == source && u.Point == point && u.IsCurrent == isCurrent);

  private static string NoNumber(string text, string unit) => text.Trim().Length == 0 ? "is empty" : $"“{text}” is no {(unit.Length > 0 ? "value in " + unit : "number")} that can be stored";
}
