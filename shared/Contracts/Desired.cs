using JkFleet.Limits;

namespace JkFleet.Contracts
{
    /// <summary>
    /// What the server wants of a device; leaf <see cref="Topics.Desired"/>, sent on every change and every connect. The version only
    /// grows; a device ignores what it has seen. Either part may be absent.
    /// </summary>
    public sealed class Desired
    {
        /// <summary>Only the contract version counts.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>Grows with every change, 1 and up.</summary>
        public long Version;

        /// <summary>A profile is part of it.</summary>
        public bool HasProfile;

        /// <summary>The profile.</summary>
        public readonly Profile Profile = new Profile();

        /// <summary>A firmware offer is part of it.</summary>
        public bool HasFirmware;

        /// <summary>The firmware offer.</summary>
        public readonly FirmwareOffer Firmware = new FirmwareOffer();
    }

    /// <summary>A signed artifact that the device may fetch.</summary>
    public sealed class FirmwareOffer
    {
        /// <summary>File name, for people.</summary>
        public string Name = "";

        /// <summary>Version that the artifact says it is.</summary>
        public string Version = "";

        /// <summary>Where to fetch it; bound to this device and short-lived.</summary>
        public string Url = "";

        /// <summary>Size, bytes.</summary>
        public int Size;

        /// <summary>SHA-256 of the file, 64 hex digits.</summary>
        public string Sha256 = "";

        /// <summary>Empties the offer.</summary>
        public void Clear()
        {
            Name = "";
            Version = "";
            Url = "";
            Size = 0;
            Sha256 = "";
        }
    }

    /// <summary>
    /// The desired state as one flat object: <c>v version</c>, the fields of <see cref="ProfileCodec"/> (a profile is there when
    /// <c>revision</c> is), <c>firmware_name firmware_version firmware_url firmware_size firmware_sha256</c>. A field that nobody knows is
    /// refused, not skipped: it may be a limit. The refused field and the version stay readable for the verdict.
    /// </summary>
    public sealed class DesiredCodec
    {
        /// <summary>A buffer of this size holds any desired state.</summary>
        public const int MaxBytes = ProfileCodec.MaxBytes + 1024;

        private const int VersionKey = 1;

        private readonly byte[][] _keys = HeaderFields.KeysOf(new string[]
        {
            "v", "version", "firmware_name", "firmware_version", "firmware_url", "firmware_size", "firmware_sha256",
        });

        private readonly byte[][] _revision = HeaderFields.KeysOf(new string[] { "revision" });
        private readonly MessageReader _reader = new MessageReader();
        private readonly ProfileCodec _profile = new ProfileCodec();

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>The field that was refused; "" when the message as a whole is broken.</summary>
        public string RefusedField = "";

        /// <summary>Writes a desired state.</summary>
        /// <param name="d">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Desired d, MessageWriter w)
        {
            w.Begin();
            w.Int(_keys[0], Topics.Version);
            w.Int(_keys[VersionKey], d.Version);
            if (d.HasProfile) _profile.WriteFields(d.Profile, w);
            if (d.HasFirmware)
            {
                w.Text(_keys[2], d.Firmware.Name);
                w.Text(_keys[3], d.Firmware.Version);
                w.Text(_keys[4], d.Firmware.Url);
                w.Int(_keys[5], d.Firmware.Size);
                w.Text(_keys[6], d.Firmware.Sha256);
            }

            return w.End();
        }

        /// <summary>Reads a desired state; the profile is checked for shape only, its sense by <see cref="ProfileRules"/>.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="d">Filled in place; only <see cref="Desired.Version"/> may be used when false is returned.</param>
        public bool TryRead(byte[] buffer, int offset, int count, Desired d)
        {
            MessageReader r = _reader;
            long v = 0;
            d.Version = 0;
            d.HasProfile = false;
            d.HasFirmware = false;
            d.Firmware.Clear();
            Refusal = "";
            RefusedField = "";
            _profile.BeginFields(d.Profile);
            if (r.Open(buffer, offset, count))
            {
                while (r.Next())
                {
                    int key = r.Match(_keys, 0);
                    if (key == 0) r.Int(out v);
                    else if (key == VersionKey) r.Int(out d.Version);
                    else if (key >= 2) Firmware(r, key, d);
                    else if (!ProfileField(r, d)) return false;
                }
            }

            if (r.Error != null) return Refuse("", r.Error);
            if (v != Topics.Version) return Refuse("v", "contract version is not known");
            if (d.Version <= 0) return Refuse("version", "must be above 0");
            if (!_profile.EndFields()) return Refuse(_profile.RefusedField, _profile.Refusal);
            return true;
        }

        private bool ProfileField(MessageReader r, Desired d)
        {
            if (r.Match(_revision, 0) == 0) d.HasProfile = true;
            if (_profile.TryField(r, d.Profile)) return true;
            if (r.Error != null) return Refuse(_profile.RefusedField, r.Error);
            if (_profile.Refusal.Length > 0) return Refuse(_profile.RefusedField, _profile.Refusal);
            return Refuse(r.KeyText(), "is not known to this agent");
        }

        private static void Firmware(MessageReader r, int key, Desired d)
        {
            d.HasFirmware = true;
            switch (key)
            {
                case 2: r.Text(ref d.Firmware.Name, 96); break;
                case 3: r.Text(ref d.Firmware.Version, 32); break;
                case 4: r.Text(ref d.Firmware.Url, 400); break;
                case 5: r.Int32(0, int.MaxValue, ref d.Firmware.Size); break;
                default: r.Text(ref d.Firmware.Sha256, 64); break;
            }
        }

        private bool Refuse(string field, string why)
        {
            RefusedField = field;
            Refusal = why;
            return false;
        }
    }
}
