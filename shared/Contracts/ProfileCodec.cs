using JkFleet.Limits;

namespace JkFleet.Contracts
{
    /// <summary>
    /// A profile as flat JSON: the same text in a file, in the server's store and inside a desired state. Numbers have the
    /// names of <see cref="ProfileField"/>; a ramp is two arrays, e.g. <c>charge_soc_permille</c> and <c>charge_soc_ma</c>; windows are
    /// <c>no_charge_from_min</c> and <c>no_charge_to_min</c>. What is not named has its default. A field that this version
    /// does not know is refused: it may be a limit. One instance per thread.
    /// </summary>
    public sealed class ProfileCodec
    {
        /// <summary>A buffer of this size holds any profile.</summary>
        public const int MaxBytes = 6144;

        private const int RampKeys = ProfileField.Count; // scale and current of 6 charge, then 6 discharge ramps
        private const int WindowKeys = RampKeys + (4 * Profile.Sources);
        private const int RevisionKey = WindowKeys + 4;
        private const int NameKey = RevisionKey + 1;
        private const int KeyCount = NameKey + 1;

        private readonly byte[][] _keys = new byte[KeyCount][];
        private readonly string[] _names = new string[KeyCount];
        private readonly bool[] _seen = new bool[KeyCount];
        private readonly int[] _length = new int[KeyCount];
        private readonly MessageReader _reader = new MessageReader();
        private int _last;

        /// <summary>What was wrong with the last profile that was refused; "" = nothing.</summary>
        public string Refusal = "";

        /// <summary>The field that was refused; "" when the text as a whole is broken.</summary>
        public string RefusedField = "";

        /// <summary>A codec with its tables.</summary>
        public ProfileCodec()
        {
            for (int i = 0; i < ProfileField.Count; i++) _names[i] = ProfileField.Name(i);
            for (int i = 0; i < Profile.Sources; i++)
            {
                _names[RampKeys + (2 * i)] = ProfileRules.ScaleName(true, (RampSource)i);
                _names[RampKeys + (2 * i) + 1] = ProfileRules.CurrentName(true, (RampSource)i);
                _names[RampKeys + (2 * (Profile.Sources + i))] = ProfileRules.ScaleName(false, (RampSource)i);
                _names[RampKeys + (2 * (Profile.Sources + i)) + 1] = ProfileRules.CurrentName(false, (RampSource)i);
            }

            _names[WindowKeys] = "no_charge_from_min";
            _names[WindowKeys + 1] = "no_charge_to_min";
            _names[WindowKeys + 2] = "no_discharge_from_min";
            _names[WindowKeys + 3] = "no_discharge_to_min";
            _names[RevisionKey] = "revision";
            _names[NameKey] = "name";
            for (int i = 0; i < KeyCount; i++) _keys[i] = MessageWriter.KeyOf(_names[i]);
        }

        /// <summary>Writes a profile as one object.</summary>
        /// <param name="p">The profile.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Profile p, MessageWriter w)
        {
            w.Begin();
            WriteFields(p, w);
            return w.End();
        }

        /// <summary>Writes the fields into an object that is already open.</summary>
        /// <param name="p">The profile.</param>
        /// <param name="w">Receives them.</param>
        public void WriteFields(Profile p, MessageWriter w)
        {
            w.Int(_keys[RevisionKey], p.Revision);
            w.Text(_keys[NameKey], p.Name);
            for (int i = 0; i < 2 * Profile.Sources; i++)
            {
                RampRule ramp = Ramp(p, i);
                if (ramp.Count == 0) continue;
                w.Ints(_keys[RampKeys + (2 * i)], ramp.Scale, ramp.Count);
                w.Ints(_keys[RampKeys + (2 * i) + 1], ramp.LimitMa, ramp.Count);
            }

            for (int i = 0; i < 2; i++)
            {
                TimeWindows windows = i == 0 ? p.NoCharge : p.NoDischarge;
                if (windows.Count == 0) continue;
                w.Ints(_keys[WindowKeys + (2 * i)], windows.FromMin, windows.Count);
                w.Ints(_keys[WindowKeys + (2 * i) + 1], windows.ToMin, windows.Count);
            }

            for (int i = 0; i < ProfileField.Count; i++) w.Int(_keys[i], p.Number[i]);
        }

        /// <summary>Reads one object; only the shape is checked, the sense by <see cref="ProfileRules"/>.</summary>
        /// <param name="buffer">Holds the text.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="into">Filled in place; half filled and not to be used when false is returned.</param>
        public bool TryRead(byte[] buffer, int offset, int count, Profile into)
        {
            BeginFields(into);
            MessageReader r = _reader;
            if (r.Open(buffer, offset, count))
            {
                while (r.Next())
                {
                    if (TryField(r, into)) continue;
                    if (Refusal.Length == 0) Refuse(r.KeyText(), "is not a field of a profile");
                    return false;
                }
            }

            if (r.Error != null) return Refuse("", r.Error);
            return EndFields();
        }

        /// <summary>Starts on fields that stand inside another message.</summary>
        /// <param name="into">Set to defaults.</param>
        public void BeginFields(Profile into)
        {
            into.Clear();
            Refusal = "";
            RefusedField = "";
            _last = -1;
            for (int i = 0; i < KeyCount; i++)
            {
                _seen[i] = false;
                _length[i] = 0;
            }
        }

        /// <summary>Takes the reader's current field when it is one of ours.</summary>
        /// <param name="r">Stands on a field.</param>
        /// <param name="into">Receives the value.</param>
        /// <returns>False for a field that is not ours (<see cref="Refusal"/> is empty) or not well formed.</returns>
        public bool TryField(MessageReader r, Profile into)
        {
            int key = r.Match(_keys, _last + 1);
            if (key < 0) return false;
            _last = key;
            if (_seen[key]) return Refuse(_names[key], "stands there twice");
            _seen[key] = true;
            bool read;
            if (key == NameKey) read = r.Text(ref into.Name, Profile.MaxName);
            else if (key == RevisionKey) read = r.Int32(0, int.MaxValue, ref into.Revision);
            else if (key < RampKeys) read = r.Int32(int.MinValue, int.MaxValue, ref into.Number[key]);
            else read = r.Ints(Values(into, key), int.MinValue, int.MaxValue, out _length[key]);
            if (!read) return Refuse(_names[key], r.Error == null ? "is not well formed" : r.Error);
            if (key >= RampKeys && key < WindowKeys) Ramp(into, (key - RampKeys) / 2).Count = _length[key];
            else if (key >= WindowKeys && key < RevisionKey) (key < WindowKeys + 2 ? into.NoCharge : into.NoDischarge).Count = _length[key];
            return true;
        }

        /// <summary>Ends the fields: both arrays of a ramp or a window must be as long as each other.</summary>
        public bool EndFields()
        {
            for (int key = RampKeys; key < RevisionKey; key += 2)
                if (_length[key] != _length[key + 1]) return Refuse(_names[key + 1], "must be as long as " + _names[key]);
            return true;
        }

        private static int[] Values(Profile p, int key)
        {
            if (key < WindowKeys)
            {
                RampRule ramp = Ramp(p, (key - RampKeys) / 2);
                return (key - RampKeys) % 2 == 0 ? ramp.Scale : ramp.LimitMa;
            }

            TimeWindows windows = key < WindowKeys + 2 ? p.NoCharge : p.NoDischarge;
            return (key - WindowKeys) % 2 == 0 ? windows.FromMin : windows.ToMin;
        }

        private static RampRule Ramp(Profile p, int index)
        {
            return index < Profile.Sources ? p.ChargeRamp[index] : p.DischargeRamp[index - Profile.Sources];
        }

        private bool Refuse(string field, string why)
        {
            RefusedField = field;
            Refusal = why;
            return false;
        }
    }
}
