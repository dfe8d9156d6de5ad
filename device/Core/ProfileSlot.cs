using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent
{
    /// <summary>
    /// The one place where a profile can change. A desired state is taken only when its version is new, judged against THIS
    /// board's envelope, saved, and only then in force; every outcome is reported. One record holds version, verdict and profile
    /// together, so that a power cut leaves the old or the new state and nothing between.
    /// </summary>
    public sealed class ProfileSlot
    {
        /// <summary>Name of the record.</summary>
        public const string Record = "desired";

        // What the message "reported" carries of a name, UTF-8 bytes.
        private const int FieldBytes = 48;

        // More than any verdict or reason of this agent; longer is no record of ours.
        private const int TextBytes = 128;

        private readonly Envelope _envelope;
        private readonly Profile _next = new Profile();
        private readonly Desired _incoming = new Desired();
        private readonly DesiredCodec _desired = new DesiredCodec();
        private readonly ProfileCodec _profile = new ProfileCodec();
        private readonly ProfileFaults _faults = new ProfileFaults();
        private readonly MessageReader _reader = new MessageReader();
        private readonly byte[][] _keys = HeaderFields.KeysOf(new string[] { "format", "version", "verdict", "field", "bound", "why" });
        private long _nextVersion;
        private VerdictState _nextVerdict;

        /// <summary>A slot with the built-in profile.</summary>
        /// <param name="envelope">Hard ceilings of this board.</param>
        public ProfileSlot(Envelope envelope)
        {
            _envelope = envelope;
            Profiles.OriginDefaults().CopyTo(Active);
        }

        /// <summary>The profile in force.</summary>
        public readonly Profile Active = new Profile();

        /// <summary>Version of the desired state that was settled last; 0 = none.</summary>
        public long Version { get; private set; }

        /// <summary>What became of the desired state that was seen last.</summary>
        public VerdictState Verdict { get; private set; }

        /// <summary>Version that <see cref="Verdict"/> is about.</summary>
        public long VerdictVersion { get; private set; }

        /// <summary>Refused: wire name of the field.</summary>
        public string Field { get; private set; } = "";

        /// <summary>Refused: the bound.</summary>
        public int Bound { get; private set; }

        /// <summary>Refused or failed: for a person.</summary>
        public string Why { get; private set; } = "";

        /// <summary>A save is wanted or under way; no further desired state is taken until it ended.</summary>
        public bool IsSettling { get; private set; }

        /// <summary>The server should hear what is in force.</summary>
        public bool ReportWanted { get; set; }

        /// <summary>The firmware that the server offers, empty when it offers none; <see cref="OfferChanges"/> counts.</summary>
        public readonly FirmwareOffer Offer = new FirmwareOffer();

        /// <summary>Grows whenever <see cref="Offer"/> was set.</summary>
        public int OfferChanges { get; private set; }

        /// <summary>Messages that were no desired state at all.</summary>
        public int BadMessages { get; private set; }

        /// <summary>Takes a desired state of the server.</summary>
        /// <param name="buffer">Holds the message from index 0.</param>
        /// <param name="count">Its length.</param>
        public void Take(byte[] buffer, int count)
        {
            if (IsSettling) return;
            bool read = _desired.TryRead(buffer, 0, count, _incoming);
            if (_incoming.Version <= 0)
            {
                BadMessages++;
                return;
            }

            ReportWanted = true;
            if (_incoming.Version < Version) return;
            if (read && _incoming.HasFirmware) TakeOffer();
            else if (read) DropOffer();
            if (_incoming.Version == Version) return;

            if (!read) Settle(VerdictState.Refused, Active, _desired.RefusedField, 0, _desired.Refusal);
            else if (!_incoming.HasProfile) Settle(VerdictState.Applied, Active, "", 0, "");
            else if (_incoming.Profile.Revision <= 0) Settle(VerdictState.Refused, Active, "revision", 1, "must be above 0");
            else if (!ProfileRules.Check(_incoming.Profile, _envelope, _faults))
                Settle(VerdictState.Refused, Active, _faults.Field[0], _faults.Bound[0], _faults.Text[0]);
            else Settle(VerdictState.Applied, _incoming.Profile, "", 0, "");
        }

        /// <summary>Writes the record that is to be saved now.</summary>
        /// <param name="w">Receives it.</param>
        public bool Encode(MessageWriter w)
        {
            w.Begin();
            w.Int(_keys[0], 1);
            w.Int(_keys[1], _nextVersion);
            w.Text(_keys[2], VerdictStateNames.Of(_nextVerdict));
            w.Text(_keys[3], Field);
            w.Int(_keys[4], Bound);
            w.Text(_keys[5], Why);
            _profile.WriteFields(_next, w);
            return w.End();
        }

        /// <summary>Ends a save.</summary>
        /// <param name="saved">The record is durable: what it says is in force from now on.</param>
        public void Saved(bool saved)
        {
            if (!IsSettling) return;
            IsSettling = false;
            ReportWanted = true;
            VerdictVersion = _nextVersion;
            if (!saved)
            {
                // The version is not settled: the server offers it again on the next connect.
                Verdict = VerdictState.Failed;
                Field = "";
                Why = "could not be saved";
                return;
            }

            Version = _nextVersion;
            Verdict = _nextVerdict;
            _next.CopyTo(Active);
        }

        /// <summary>Takes up the record of an earlier start. A damaged one, or one that this board's envelope no longer allows, leaves the built-in profile.</summary>
        /// <param name="buffer">Holds the record from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <returns>False when the record is not usable.</returns>
        public bool Load(byte[] buffer, int count)
        {
            long version = 0;
            string verdict = "";
            string field = "";
            string why = "";
            int bound = 0;
            MessageReader r = _reader;
            _profile.BeginFields(_next);
            if (!r.Open(buffer, 0, count)) return false;
            while (r.Next())
            {
                int key = r.Match(_keys, 0);
                long ignored;
                if (key == 0) r.Int(out ignored);
                else if (key == 1) r.Int(out version);
                else if (key == 2) r.Text(ref verdict, TextBytes);
                else if (key == 3) r.Text(ref field, FieldBytes);
                else if (key == 4) r.Int32(int.MinValue, int.MaxValue, ref bound);
                else if (key == 5) r.Text(ref why, TextBytes);
                else if (!_profile.TryField(r, _next)) return false;
            }

            if (r.Error != null || version <= 0 || !_profile.EndFields()) return false;
            Version = version;
            VerdictVersion = version;
            Verdict = verdict == VerdictStateNames.Of(VerdictState.Applied) ? VerdictState.Applied : VerdictState.Refused;
            Field = field;
            Bound = bound;
            Why = why;
            // Revision 0 is the built-in profile, whose tables any envelope may cut: it needs no judging and is not taken from a record.
            if (_next.Revision == 0) return true;
            if (ProfileRules.Check(_next, _envelope, _faults))
            {
                _next.CopyTo(Active);
                return true;
            }

            Verdict = VerdictState.Refused;
            Field = _faults.Field[0];
            Bound = _faults.Bound[0];
            Why = _faults.Text[0];
            return false;
        }

        private void Settle(VerdictState verdict, Profile profile, string field, int bound, string why)
        {
            IsSettling = true;
            _nextVersion = _incoming.Version;
            _nextVerdict = verdict;
            // The name may be anything that a server calls a field; this record and the report must stay readable with it.
            Field = field.Substring(0, MessageReader.Fitting(field, FieldBytes));
            Bound = bound;
            Why = why;
            profile.CopyTo(_next);
        }

        /// <summary>Said once: the server took the build back, or offers none after a start.</summary>
        private void DropOffer()
        {
            if (OfferChanges > 0 && Offer.Url.Length == 0) return;
            Offer.Clear();
            OfferChanges++;
        }

        private void TakeOffer()
        {
            FirmwareOffer o = _incoming.Firmware;
            Offer.Name = o.Name;
            Offer.Version = o.Version;
            Offer.Url = o.Url;
            Offer.Size = o.Size;
            Offer.Sha256 = o.Sha256;
            OfferChanges++;
        }
    }
}
