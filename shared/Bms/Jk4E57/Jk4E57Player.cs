namespace JkFleet.Bms.Jk4E57
{
    /// <summary>A simulated BMS with a 4E57 port: answers read-all, read-one, activate, password and the three switch writes.</summary>
    public sealed class Jk4E57Player : IBmsPlayer
    {
        private readonly BmsSnapshot _pack;
        private readonly Jk4E57FrameReader _reader = new Jk4E57FrameReader(new BmsLinkCounters());
        private byte _command;
        private int _register;
        private bool _pending;
        private long _answerAtMs;

        /// <summary>A BMS on a pack.</summary>
        /// <param name="pack">Its state, read at each answer; the switch writes set its MOS flags.</param>
        public Jk4E57Player(BmsSnapshot pack)
        {
            _pack = pack;
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "jk-4e57"; }
        }

        /// <summary>Registers that the pack's state does not cover; the owner may change them.</summary>
        public Jk4E57Image Image { get; } = new Jk4E57Image();

        /// <summary>Sleeps: hears nothing but the activate frame.</summary>
        public bool Asleep { get; set; }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            if (_reader.GiveUpHalf(nowMs)) TakeFrames(nowMs);
            while (count > 0)
            {
                int taken = _reader.Take(buffer, offset, count, nowMs);
                offset += taken;
                count -= taken;
                TakeFrames(nowMs);
            }
        }

        /// <inheritdoc/>
        public int NextAnswer(long nowMs, byte[] buffer)
        {
            if (!_pending || nowMs - _answerAtMs < 0) return 0;
            _pending = false;
            Image.Fill(_pack);
            if (_command == Jk4E57Frame.ReadAll) return Jk4E57Encoder.Answer(Image, buffer);
            return Jk4E57Encoder.One(Image, _command, _register, buffer);
        }

        private void TakeFrames(long nowMs)
        {
            while (_reader.Next()) TakeRequest(_reader.Buffer, _reader.FrameOffset, nowMs);
        }

        private void TakeRequest(byte[] frame, int offset, long nowMs)
        {
            if (frame[offset + Jk4E57Frame.TransferAt] != Jk4E57Frame.Request) return;
            byte command = frame[offset + Jk4E57Frame.CommandAt];
            int id = frame[offset + Jk4E57Frame.InfoAt];
            if (command == Jk4E57Frame.Activate) Asleep = false;
            if (Asleep) return;
            if (command == Jk4E57Frame.Write) Write(id, frame[offset + Jk4E57Frame.InfoAt + 1] != 0);
            bool one = command == Jk4E57Frame.ReadOne || command == Jk4E57Frame.Write;
            if (one && (Jk4E57Registers.Width(id) == 0 || !Image.Has(id))) return;
            if (!one && command != Jk4E57Frame.ReadAll) return;
            _command = command;
            _register = id;
            _pending = true;
            _answerAtMs = nowMs + BmsPlayers.AnswerDelayMs;
        }

        private void Write(int id, bool on)
        {
            if (id == Jk4E57Requests.ChargeSwitch) _pack.ChargeMosOn = on;
            else if (id == Jk4E57Requests.DischargeSwitch) _pack.DischargeMosOn = on;
            else if (id != Jk4E57Requests.BalancerSwitch) return;
            Image.Set(id, on ? 1u : 0u);
        }
    }
}
