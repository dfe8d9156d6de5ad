// Profiles as files: the same flat JSON that the server stores and pushes.
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Limits;

/// <summary>Reads and writes profile files.</summary>
public static class ProfileFile
{
    /// <summary>Reads a profile; its sense is not judged here.</summary>
    /// <param name="path">JSON file.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="refused"><c>{"error", "field", "detail"}</c> when false is returned.</param>
    public static bool TryRead(string path, out Profile profile, out JsonObject refused)
    {
        profile = new Profile();
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refused = Error("no_file", "", e.Message);
            return false;
        }

        if (text.AsSpan().StartsWith("\uFEFF"u8)) text = text[3..];
        var codec = new ProfileCodec();
        if (codec.TryRead(text, 0, text.Length, profile))
        {
            refused = [];
            return true;
        }

        refused = Error("bad_profile", codec.RefusedField, codec.Refusal);
        return false;
    }

    /// <summary>What <see cref="ProfileRules"/> says, as <c>{"ok", "faults": [{"field", "bound", "text"}]}</c>.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="envelope">Hard ceilings.</param>
    public static JsonObject Judge(Profile profile, Envelope envelope)
    {
        var faults = new ProfileFaults();
        var ok = ProfileRules.Check(profile, envelope, faults);
        var list = new JsonArray();
        for (var i = 0; i < faults.Count; i++)
            list.Add(new JsonObject { ["field"] = faults.Field[i], ["bound"] = faults.Bound[i], ["text"] = faults.Text[i] });
        return new JsonObject { ["ok"] = ok, ["revision"] = profile.Revision, ["name"] = profile.Name, ["faults"] = list };
    }

    /// <summary>The profile's text, as it would go over the wire.</summary>
    /// <param name="profile">The profile.</param>
    public static string Text(Profile profile)
    {
        var w = new MessageWriter(new byte[ProfileCodec.MaxBytes]);
        if (!new ProfileCodec().Write(profile, w)) throw new InvalidOperationException("the profile does not fit its buffer");
        return Encoding.UTF8.GetString(w.Buffer, 0, w.Count);
    }

    internal static JsonObject Error(string reason, string field, string detail)
    {
        var error = new JsonObject { ["error"] = reason };
        if (field.Length > 0) error["field"] = field;
        error["detail"] = detail;
        return error;
    }
}
