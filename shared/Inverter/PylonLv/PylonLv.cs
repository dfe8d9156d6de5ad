using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>
    /// Pylontech low voltage on the bus: one set of frames per period, a pause between them, nothing before the first
    /// <see cref="Update"/>. A fall of a limit does not wait for the period.
    /// </summary>
    public sealed class PylonLv : IInverterProtocol
    {
        private readonly InverterDialect dialect;
        private readonly CanFrame[] frames = new CanFrame[PylonLvEncoder.MostFrames];
        private int count;
        private int next;
        private bool started;
        private bool urgent;
        private long setStartMs;
        private long lastFrameMs;
        private int sentChargeDeciA;
        private int sentDischargeDeciA;
        private int chargeDeciA;
        private int dischargeDeciA;

        /// <summary>One battery on one bus.</summary>
        /// <param name="dialect">How this inverter wants it; kept, not copied.</param>
        public PylonLv(InverterDialect dialect)
        {
            this.dialect = dialect;
            for (int i = 0; i < frames.Length; i++) frames[i] = new CanFrame();
        }

        /// <summary>A battery by the document (V1.2).</summary>
        public PylonLv()
            : this(new InverterDialect())
        {
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "can-pylon-lv"; }
        }

        /// <inheritdoc/>
        public InverterDialect Dialect
        {
            get { return dialect; }
        }

        /// <inheritdoc/>
        public int Heard { get; private set; }

        /// <inheritdoc/>
        public long LastHeardMs { get; private set; }

        /// <summary>Frames heard that only a battery sends: a second battery or emulator on our bus, which is a hazard.</summary>
        public int ForeignBattery { get; private set; }

        /// <summary>Always false: low voltage knows no such request.</summary>
        public bool SleepRequested
        {
            get { return false; }
        }

        /// <summary>Always 0: low voltage knows no such request.</summary>
        public long SilenceMaskedUntilMs
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public void Update(BmsSnapshot snapshot, ChargeLimits limits)
        {
            // Encoded here and not when sent: a frame never mixes two readings.
            count = PylonLvEncoder.Encode(snapshot, limits, dialect, frames);
            chargeDeciA = PylonLvEncoder.ChargeDeciA(limits);
            dischargeDeciA = PylonLvEncoder.DischargeDeciA(limits);
            if (started && (chargeDeciA < sentChargeDeciA || dischargeDeciA < sentDischargeDeciA)) urgent = true;
        }

        /// <inheritdoc/>
        public bool NextFrame(long nowMs, CanFrame frame)
        {
            if (count == 0) return false;
            if (!started || next >= count || urgent)
            {
                if (started && !SetIsDue(nowMs)) return next < count && Continue(nowMs, frame);
                StartSet(nowMs);
                return Send(nowMs, frame);
            }

            return Continue(nowMs, frame);
        }

        /// <inheritdoc/>
        public void Receive(CanFrame frame, long nowMs)
        {
            if (!frame.Extended && LvId.IsBatterys(frame.Id))
            {
                ForeignBattery++;
                return;
            }

            Heard++;
            LastHeardMs = nowMs;
        }

        private bool SetIsDue(long nowMs)
        {
            long age = nowMs - setStartMs;
            if (urgent) return age >= InverterDialect.ShortestPeriodMs;
            return age >= PeriodMs();
        }

        private int PeriodMs()
        {
            return dialect.PeriodMs < InverterDialect.ShortestPeriodMs ? InverterDialect.ShortestPeriodMs : dialect.PeriodMs;
        }

        private void StartSet(long nowMs)
        {
            // Keeps the beat of the period, but does not catch up after a pause.
            long due = setStartMs + PeriodMs();
            setStartMs = started && !urgent && nowMs - due < PeriodMs() ? due : nowMs;
            started = true;
            urgent = false;
            next = 0;
        }

        private bool Continue(long nowMs, CanFrame frame)
        {
            if (next >= count || nowMs - lastFrameMs < dialect.SpacingMs) return false;
            return Send(nowMs, frame);
        }

        private bool Send(long nowMs, CanFrame frame)
        {
            CanFrame source = frames[next++];
            source.CopyTo(frame);
            lastFrameMs = nowMs;
            if (source.Id == LvId.Limits)
            {
                sentChargeDeciA = chargeDeciA;
                sentDischargeDeciA = dischargeDeciA;
            }

            return true;
        }
    }
}
