using System.Text;
using JkFleet.Contracts;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>The way of a profile into force and out of a record again: verdicts, saves that fail, any words, offers of a build.</summary>
internal static class SlotCases
{
    private static long _cases;

    /// <summary>A record is taken up again only by a board that allows it, and says so.</summary>
    public static long Run()
    {
        _cases = 0;
        foreach (var (board, allowed) in new[] { (50000, true), (49999, false) })
        {
            var desired = new Desired { Version = 3, HasProfile = true };
            desired.Profile.Revision = 8;
            desired.Profile.Number[ProfileField.ChargeMaxMa] = 50000;
            var wire = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
            new DesiredCodec().Write(desired, wire);
            var slot = new ProfileSlot(new Envelope());
            slot.Take(wire.Buffer, wire.Count);
            var record = new MessageWriter(new byte[8192]);
            Require(slot.IsSettling && slot.Active.Revision == 0 && slot.Encode(record), "slot", "not settling");
            slot.Saved(true);
            Require(!slot.IsSettling && slot.ReportWanted && slot.Version == 3 && slot.VerdictVersion == 3 && slot.Verdict == VerdictState.Applied && slot.Active.Revision == 8, "slot", "not settled");
            slot.ReportWanted = false;
            slot.Take(wire.Buffer, wire.Count);
            Require(!slot.IsSettling && slot.ReportWanted, "slot", "the same version is settled twice, or not answered");
            var next = new ProfileSlot(new Envelope { MaxChargeMa = board });
            Require(next.Load(record.Buffer, record.Count) == allowed, "slot", "taken up by the wrong board");
            Require(next.Version == 3 && next.VerdictVersion == 3 && next.Active.Revision == (allowed ? 8 : 0) && next.Verdict == (allowed ? VerdictState.Applied : VerdictState.Refused), "slot", "wrong after a start");
            if (!allowed) Require(next.Field == "charge_max_ma" && next.Bound == board && next.Why.Length > 0, "slot", "no reason");
            for (var cut = 0; cut < record.Count; cut += 13) Require(!new ProfileSlot(new Envelope()).Load(record.Buffer, cut), "slot", "half a record");
            _cases++;
        }

        var refused = new ProfileSlot(new Envelope { MaxChargeMa = 1000 });
        var bad = new Desired { Version = 5, HasProfile = true };
        bad.Profile.Revision = 4;
        bad.Profile.Number[ProfileField.ChargeMaxMa] = 2000;
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        new DesiredCodec().Write(bad, w);
        refused.Take(w.Buffer, w.Count);
        var kept = new MessageWriter(new byte[8192]);
        refused.Encode(kept);
        refused.Saved(true);
        var again = new ProfileSlot(new Envelope { MaxChargeMa = 1000 });
        again.Load(kept.Buffer, kept.Count);
        foreach (var slot in new[] { refused, again })
            Require(slot.Version == 5 && slot.Verdict == VerdictState.Refused && slot.Field == "charge_max_ma" && slot.Bound == 1000 && slot.Active.Revision == 0, "slot", "a refusal is forgotten");
        Offers();
        Words();
        Saves();
        refused.ReportWanted = false;
        refused.Take([1, 2, 3], 3);
        Require(refused.BadMessages == 1 && !refused.IsSettling && !refused.ReportWanted, "slot", "rubbish settles or is answered");
        return _cases;
    }

    private static ProfileSlot Holding(long version, int revision)
    {
        var slot = new ProfileSlot(new Envelope());
        Take(slot, $$"""{"v":1,"version":{{version}},"revision":{{revision}}}""");
        slot.Saved(true);
        return slot;
    }

    private static void Take(ProfileSlot slot, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        slot.Take(bytes, bytes.Length);
    }

    private static ProfileSlot? Reread(ProfileSlot slot)
    {
        _cases++;
        var (w, next) = (new MessageWriter(new byte[8192]), new ProfileSlot(new Envelope()));
        Require(slot.Encode(w), "slot", "a record does not fit");
        return next.Load(w.Buffer, w.Count) ? next : null;
    }

    /// <summary>What is refused by a name of any length and script is told with as much of it as record and report carry.</summary>
    private static void Words()
    {
        foreach (var (field, kept) in new[] { (new string('x', 48), 48), (new string('x', 49), 48), (new string('ä', 24), 24), (new string('ä', 25), 24), (new string('界', 17), 16) })
        {
            var slot = Holding(3, 8);
            Take(slot, $$"""{"v":1,"version":4,"{{field}}":1}""");
            slot.Saved(true);
            foreach (var s in new[] { slot, Reread(slot) })
                Require(s is { Version: 4, VerdictVersion: 4, Verdict: VerdictState.Refused, Active.Revision: 8, Bound: 0 } && s.Field == field[..kept] && s.Why == "is not known to this agent", "slot", $"'{s?.Field}' {s?.Verdict}");
            _cases++;
        }

        foreach (var (text, field, bound, why) in new[] { ("", "", 0, ""), (",\"revision\":0", "revision", 1, "must be above 0"), (",\"revision\":9,\"stop_ms\":1", "stop_ms", 15000, "below the lowest allowed value") })
        {
            var slot = Holding(3, 8);
            Take(slot, $$"""{"v":1,"version":4{{text}}}""");
            slot.Saved(true);
            foreach (var s in new[] { slot, Reread(slot) })
                Require(s is { Version: 4, Active.Revision: 8 } && (s.Verdict == VerdictState.Refused) == (why.Length > 0) && s.Field == field && s.Bound == bound && s.Why == why, "slot", $"'{s?.Field}' {s?.Bound} '{s?.Why}'");
            _cases++;
        }
    }

    /// <summary>A save that fails, one that nobody asked for, and what comes while one is under way.</summary>
    private static void Saves()
    {
        var slot = Holding(3, 8);
        slot.ReportWanted = false;
        slot.Saved(false);
        Require(slot is { Verdict: VerdictState.Applied, VerdictVersion: 3, ReportWanted: false }, "slot", "a save that nobody asked for fails");
        Take(slot, """{"v":1,"version":4,"revision":9}""");
        Take(slot, """{"v":1,"version":5,"revision":10}""");
        Require(slot.IsSettling && slot.Active.Revision == 8, "slot", "in force before it was saved");
        slot.ReportWanted = false;
        slot.Saved(false);
        Require(slot is { IsSettling: false, ReportWanted: true, Version: 3, VerdictVersion: 4, Verdict: VerdictState.Failed, Field: "", Why: "could not be saved", Active.Revision: 8 }, "slot", $"{slot.Verdict} {slot.VerdictVersion} after a save that failed");
        Take(slot, """{"v":1,"version":4,"revision":9}""");
        slot.Saved(true);
        Require(slot is { Version: 4, Verdict: VerdictState.Applied, Why: "", Active.Revision: 9 }, "slot", "is not taken when it comes again");

        // A refusal that could not be saved names no field any more: it is the save that failed.
        Take(slot, """{"v":1,"version":5,"revision":9,"stop_ms":1}""");
        slot.Saved(false);
        Require(slot is { Verdict: VerdictState.Failed, VerdictVersion: 5, Version: 4, Field: "" }, "slot", $"a save that failed names '{slot.Field}'");

        // A record of the built-in profile, and records that are none.
        var plain = new ProfileSlot(new Envelope { MaxChargeMa = 1 });
        Take(plain, """{"v":1,"version":7}""");
        plain.Saved(true);
        Require(Reread(plain) is { Version: 7, Verdict: VerdictState.Applied, Active.Revision: 0 }, "slot", "an empty wish is forgotten");
        foreach (var text in new[] { """{"verdict":"applied"}""", """{"format":1,"version":0,"verdict":"applied"}""", """{"format":1,"version":-4,"verdict":"applied"}""", """{"version":4,"charge_soc_ma":[1]}""", """{"version":4,"other":1}""", """{"version":4""", "[]" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var fresh = new ProfileSlot(new Envelope());
            Require(!fresh.Load(bytes, bytes.Length) && fresh is { Version: 0, VerdictVersion: 0, Active.Revision: 0 }, "slot", $"{text} is taken up");
            _cases++;
        }

        var old = Encoding.UTF8.GetBytes("""{"version":1,"verdict":"applied"}""");
        var first = new ProfileSlot(new Envelope());
        for (var again = 0; again < 2; again++) Require(first.Load(old, old.Length) && first is { Version: 1, Verdict: VerdictState.Applied, Field: "", Why: "", Bound: 0 }, "slot", "the first version is not taken up");
        var whole = new MessageWriter(new byte[8192]);
        Holding(3, 8).Encode(whole);
        Require(Encoding.UTF8.GetString(whole.Buffer, 0, whole.Count).StartsWith("""{"format":1,"version":3,"verdict":"applied","field":"","bound":0,"why":"",""", StringComparison.Ordinal), "slot", "a record that other agents would not know");
        for (var again = 0; again < 2; again++) Require(first.Load(whole.Buffer, whole.Count) && first.Active.Revision == 8, "slot", "a record is not taken up twice");
    }

    /// <summary>A build is offered, offered again, taken back; what could not be read says nothing about builds.</summary>
    private static void Offers()
    {
        var slot = new ProfileSlot(new Envelope());
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        void Take(long version, bool offer, bool readable, int changes, string url)
        {
            var desired = new Desired { Version = version, HasFirmware = offer };
            if (offer)
            {
                (desired.Firmware.Name, desired.Firmware.Version, desired.Firmware.Url) = ("agent", "1.2.3", "http://x/" + version);
                (desired.Firmware.Size, desired.Firmware.Sha256) = (1000 + (int)version, new string('a', 63) + version);
            }

            Require(new DesiredCodec().Write(desired, w), "wire", "an offer does not fit");
            if (!readable) w.Buffer[w.Count - 1] = (byte)'?';
            slot.Take(w.Buffer, w.Count);
            slot.Saved(true);
            if (url.Length == 0) Require(slot.Offer is { Name: "", Version: "", Size: 0, Sha256: "" }, "slot", "an offer that was taken back leaves something");
            else Require(slot.Offer.Name == "agent" && slot.Offer.Version == "1.2.3" && slot.Offer.Size == 1000 + (url[^1] - '0') && slot.Offer.Sha256 == new string('a', 63) + url[^1], "slot", "an offer is not passed on whole");
            Require(slot.OfferChanges == changes && slot.Offer.Url == url, "slot", $"offer '{slot.Offer.Url}' after {slot.OfferChanges} changes, version {version}");
            _cases++;
        }

        Take(1, offer: false, readable: true, 1, "");
        Take(2, offer: false, readable: true, 1, "");
        Take(3, offer: true, readable: true, 2, "http://x/3");
        Take(4, offer: true, readable: false, 2, "http://x/3");
        Take(5, offer: false, readable: false, 2, "http://x/3");
        Take(2, offer: false, readable: true, 2, "http://x/3");
        Take(6, offer: false, readable: true, 3, "");
        Take(6, offer: true, readable: true, 4, "http://x/6");
    }
}
