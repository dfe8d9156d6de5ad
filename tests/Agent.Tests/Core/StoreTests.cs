using System.Text;
using CsCheck;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>Power cuts at every byte of a save, worn flash, rubbish in a place.</summary>
public sealed class StoreTests
{
    /// <summary>Flash that loses power after so many bytes; a write erases first, as flash does.</summary>
    private sealed class CutStore : IRawStore
    {
        private readonly Dictionary<(string, int), byte[]> _places = [];

        public int BytesUntilCut { get; set; } = int.MaxValue;
        public byte Rubbish { get; set; } = 0xFF;
        public bool PowerIsOff { get; private set; }
        public int Writes { get; private set; }
        public bool Lies { get; set; }

        public Dictionary<(string, int), byte[]> Places => _places;

        public CutStore Copy()
        {
            var copy = new CutStore();
            foreach (var (key, value) in _places) copy._places[key] = [.. value];
            return copy;
        }

        public int Read(string name, int copy, byte[] buffer)
        {
            if (!_places.TryGetValue((name, copy), out var place) || place.Length > buffer.Length) return -1;
            place.CopyTo(buffer, 0);
            return place.Length;
        }

        public bool Write(string name, int copy, byte[] buffer, int count)
        {
            if (PowerIsOff) return false;
            Writes++;
            var place = new byte[count];
            Array.Fill(place, Rubbish);
            _places[(name, copy)] = place;
            for (var i = 0; i < count; i++)
            {
                if (BytesUntilCut-- <= 0)
                {
                    PowerIsOff = true;
                    return false;
                }

                place[i] = buffer[i];
            }

            if (Lies) place[^1] ^= 0x40;
            return true;
        }
    }

    private static string? Read(IRawStore raw)
    {
        var buffer = new byte[8192];
        var count = new TwoCopyStore(raw, 8000).Read("r", buffer);
        return count < 0 ? null : Encoding.UTF8.GetString(buffer, 0, count);
    }

    private static bool Write(IRawStore raw, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new TwoCopyStore(raw, 8000).Write("r", bytes, bytes.Length);
    }

    [Fact]
    public void A_cut_at_any_byte_leaves_the_old_or_the_new_record()
    {
        var raw = new CutStore();
        string? old = null;
        var cuts = 0;
        for (var round = 0; round < 6; round++)
        {
            var fresh = $"record {round} " + new string((char)('a' + round), round * 7);
            var length = Encoding.UTF8.GetByteCount(fresh) + 14;
            foreach (var rubbish in new byte[] { 0xFF, 0x00, (byte)'J' })
            {
                for (var cut = 0; cut <= length; cut++, cuts++)
                {
                    var torn = raw.Copy();
                    torn.BytesUntilCut = cut;
                    torn.Rubbish = rubbish;
                    var said = Write(torn, fresh);
                    var after = Read(torn);
                    // Cut before the last byte: old. The one exception is a cut byte that the erased flash already held.
                    Assert.True(after == old || after == fresh, $"cut at {cut}: '{after}' is neither '{old}' nor '{fresh}'");
                    if (said) Assert.Equal(fresh, after);
                    if (cut == length) Assert.True(said);
                    torn = torn.Copy(); // and the next boot can write again
                    Assert.True(Write(torn, "next"));
                    Assert.Equal("next", Read(torn));
                }
            }

            Assert.True(Write(raw, fresh));
            old = fresh;
        }

        Assert.True(cuts > 500);
    }

    [Fact]
    public void Random_histories_of_writes_and_cuts_never_mix_records() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 200]).Array[1, 30].Sample(history =>
        {
            var raw = new CutStore();
            string? now = null;
            var serial = 0;
            foreach (var (size, cut) in history)
            {
                var text = $"{serial++}:" + new string('x', size);
                raw.BytesUntilCut = cut;
                var said = Write(raw, text);
                var read = Read(raw);
                if (read != now && read != text) return false;
                if (said && read != text) return false;
                now = read;
                raw = raw.Copy();
            }

            return true;
        });

    [Fact]
    public void A_record_that_did_not_change_is_not_written()
    {
        var raw = new CutStore();
        for (var i = 0; i < 100; i++) Assert.True(Write(raw, "same"));
        Assert.Equal(1, raw.Writes);
    }

    [Fact]
    public void Flash_that_keeps_something_else_is_noticed_and_the_old_record_stands()
    {
        var raw = new CutStore();
        Assert.True(Write(raw, "good"));
        raw.Lies = true;
        Assert.False(Write(raw, "bad"));
        Assert.Equal("good", Read(raw));
    }

    [Fact]
    public void Any_single_flipped_bit_of_the_newer_copy_falls_back_to_the_older()
    {
        var raw = new CutStore();
        Write(raw, "first");
        Write(raw, "second");
        var newer = raw.Places.Single(p => Encoding.UTF8.GetString(p.Value).Contains("second", StringComparison.Ordinal)).Key;
        for (var bit = 0; bit < raw.Places[newer].Length * 8; bit++)
        {
            var torn = raw.Copy();
            torn.Places[newer][bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal("first", Read(torn));
        }
    }

    [Fact]
    public void A_cut_at_any_byte_of_a_profile_save_leaves_version_verdict_and_profile_together()
    {
        var p = Profiles.OriginDefaults();
        p.Revision = 7;
        p.Number[ProfileField.ChargeMaxMa] = 33000;
        var desired = new Desired { Version = 12, HasProfile = true };
        p.CopyTo(desired.Profile);
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        Assert.True(new DesiredCodec().Write(desired, w));
        var length = 0;
        for (var cut = 0; length == 0 || cut <= length; cut += 7)
        {
            var raw = new CutStore();
            Save(raw, 11, 6, 50000);
            raw.BytesUntilCut = cut;
            var slot = new ProfileSlot(new Envelope());
            Load(raw, slot);
            slot.Take(w.Buffer, w.Count);
            Assert.True(slot.IsSettling);
            Assert.Equal(6, slot.Active.Revision); // not in force before it is saved
            var record = new MessageWriter(new byte[8000]);
            Assert.True(slot.Encode(record));
            length = record.Count + 14;
            slot.Saved(new TwoCopyStore(raw, 8000).Write(ProfileSlot.Record, record.Buffer, record.Count));
            var next = new ProfileSlot(new Envelope());
            Load(raw, next);
            var state = (next.Version, next.Active.Revision, next.Active.Number[ProfileField.ChargeMaxMa]);
            Assert.True(state is (11, 6, 50000) or (12, 7, 33000), state.ToString());
            Assert.Equal(slot.Version, next.Version);
        }
    }

    private static void Save(CutStore raw, long version, int revision, int chargeMaxMa)
    {
        var desired = new Desired { Version = version, HasProfile = true };
        desired.Profile.Revision = revision;
        desired.Profile.Number[ProfileField.ChargeMaxMa] = chargeMaxMa;
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        new DesiredCodec().Write(desired, w);
        var slot = new ProfileSlot(new Envelope());
        slot.Take(w.Buffer, w.Count);
        var record = new MessageWriter(new byte[8000]);
        slot.Encode(record);
        Assert.True(new TwoCopyStore(raw, 8000).Write(ProfileSlot.Record, record.Buffer, record.Count));
    }

    private static void Load(CutStore raw, ProfileSlot slot)
    {
        var buffer = new byte[8000];
        var count = new TwoCopyStore(raw, 8000).Read(ProfileSlot.Record, buffer);
        Assert.True(count > 0 && slot.Load(buffer, count));
    }

    [Fact]
    public void A_profile_that_the_board_no_longer_allows_is_not_taken_up_again()
    {
        var raw = new CutStore();
        Save(raw, 11, 6, 50000);
        var envelope = new Envelope { MaxChargeMa = 40000 };
        var slot = new ProfileSlot(envelope);
        var buffer = new byte[8000];
        var count = new TwoCopyStore(raw, 8000).Read(ProfileSlot.Record, buffer);
        Assert.False(slot.Load(buffer, count));
        Assert.Equal((0, VerdictState.Refused, "charge_max_ma", 40000), (slot.Active.Revision, slot.Verdict, slot.Field, slot.Bound));
    }
}
