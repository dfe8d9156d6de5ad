// A charge profile as text and back, with the same codec and rules as the device, and what differs between two of them.
using System.Security.Cryptography;
using System.Text;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Server.Profiles;

/// <summary>One thing that is wrong with a profile.</summary>
/// <param name="Field">Wire name of the field, "" when the text as a whole is broken.</param>
/// <param name="Bound">The bound it breaks, in the field's unit; null = not about a bound.</param>
/// <param name="Text">For a person.</param>
public sealed record ProfileFault(string Field, int? Bound, string Text)
{
  public override string ToString() => $"{(Field.Length > 0 ? Field + ": " : "")}{Text}{(Bound is { } b ? $" ({b})" : "")}";
}

/// <summary>One field that differs; null = absent on that side.</summary>
public sealed record ProfileChange(string Field, string? Before, string? After);

/// <summary>Text of profiles.</summary>
public static class ProfileText
{
  /// <summary>The canonical text: the same profile always gives the same bytes.</summary>
  public static string Write(Profile profile)
  {
    var writer = new MessageWriter(new byte[ProfileCodec.MaxBytes]);
    if (!new ProfileCodec().Write(profile, writer)) throw new InvalidOperationException("A profile within its bounds always fits.");
    return Encoding.UTF8.GetString(writer.Buffer, 0, writer.Count);
  }

  /// <summary>Reads and judges a profile; null with faults when it cannot be used.</summary>
  /// <param name="json">Flat JSON of the shared codec.</param>
  /// <param name="envelope">Ceilings to judge by; the device judges again by its own.</param>
  public static (Profile? Profile, IReadOnlyList<ProfileFault> Faults) Read(string json, Envelope envelope)
  {
    var codec = new ProfileCodec();
    var profile = new Profile();
    var bytes = Encoding.UTF8.GetBytes(json);
    if (bytes.Length > ProfileCodec.MaxBytes) return (null, [new ProfileFault("", ProfileCodec.MaxBytes, "is longer than any profile")]);
    if (!codec.TryRead(bytes, 0, bytes.Length, profile)) return (null, [new ProfileFault(codec.RefusedField, null, codec.Refusal)]);
    var faults = Judge(profile, envelope);
    return (faults.Count == 0 ? profile : null, faults);
  }

  /// <summary>Every fault of a profile by the rules that the device applies too.</summary>
  public static IReadOnlyList<ProfileFault> Judge(Profile profile, Envelope envelope)
  {
    var found = new ProfileFaults();
    ProfileRules.Check(profile, envelope, found);
    return [.. Enumerable.Range(0, found.Count).Select(i => new ProfileFault(found.Field[i], found.Bound[i], found.Text[i]))];
  }

  /// <summary>A profile in canonical text has windows, which count in local time.</summary>
  public static bool HasWindows(string content) =>
    content.Contains("\"no_charge_from_min\"", StringComparison.Ordinal) || content.Contains("\"no_discharge_from_min\"", StringComparison.Ordinal);

  /// <summary>SHA-256 of a text, lower-case hex.</summary>
  public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

  /// <summary>What differs, in the order of the fields. Revision and name are the envelope of a profile, not its content.</summary>
  public static IReadOnlyList<ProfileChange> Diff(Profile before, Profile after)
  {
    var changes = new List<ProfileChange>();
    foreach (var charge in new[] { true, false })
    {
      for (var source = 0; source < Profile.Sources; source++)
      {
        var (a, b) = charge ? (before.ChargeRamp[source], after.ChargeRamp[source]) : (before.DischargeRamp[source], after.DischargeRamp[source]);
        Add(ProfileRules.ScaleName(charge, (RampSource)source), Points(a), Points(b));
      }
    }

    Add("no_charge", Windows(before.NoCharge), Windows(after.NoCharge));
    Add("no_discharge", Windows(before.NoDischarge), Windows(after.NoDischarge));
    for (var field = 0; field < ProfileField.Count; field++) Add(ProfileField.Name(field), $"{before.Number[field]}", $"{after.Number[field]}");
    return changes;

    void Add(string field, string? a, string? b)
    {
      if (a != b) changes.Add(new ProfileChange(field, a, b));
    }
  }

  private static string? Points(RampRule ramp) =>
    ramp.Count == 0 ? null : string.Join(", ", Enumerable.Range(0, ramp.Count).Select(i => $"{ramp.Scale[i]}: {(ramp.LimitMa[i] / 1000m).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} A"));

  private static string? Windows(TimeWindows windows) =>
    windows.Count == 0 ? null : string.Join(", ", Enumerable.Range(0, windows.Count).Select(i => $"{Clock(windows.FromMin[i])}-{Clock(windows.ToMin[i])}"));

  /// <summary>Minute of a day as <c>HH:mm</c>.</summary>
  public static string Clock(int minute) => $"{minute / 60:D2}:{minute % 60:D2}";
}
