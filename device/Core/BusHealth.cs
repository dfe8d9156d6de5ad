using JkFleet.Agent.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent
{
    /// <summary>
    /// Is anybody on the inverter's side of the bus, and what to do about a controller that left it. Pure on
    /// <c>nowMs</c>. Two independent signals (protocols.md 2): silence of the inverter, for which any frame of it
    /// counts because some never send 305 and some pause it for seconds; and bus-off, which the controller knows.
    /// </summary>
    public sealed class BusHealth
    {
        /// <summary>First pause before a bus-off controller is asked to rejoin, ms; doubles up to <see cref="LongestBackOffMs"/>.</summary>
        public const int FirstBackOffMs = 1000;

        /// <summary>Longest pause, ms.</summary>
        public const int LongestBackOffMs = 60000;

        /// <summary>So long must the bus hold before the next bus-off starts again with the first pause, ms.</summary>
        public const int StableMs = 60000;

        /// <summary>While sending is stopped, one set goes out in every such span, ms: an inverter may answer only to frames.</summary>
        public const int KnockEveryMs = 10000;

        // Long enough for one whole set at the slowest period that a dialect allows, ms.
        private const int KnockForMs = 1500;

        private readonly InverterDialect dialect;
        private bool started;
        private CanPortState state;
        private long stateSinceMs;
        private long listeningSinceMs;
        private long lastHeardMs;
        private int backOffMs = FirstBackOffMs;
        private long lastTryMs;
        private int heardSeen;

        /// <summary>Health of one bus.</summary>
        /// <param name="dialect">Gives <see cref="InverterDialect.SilenceMs"/> and the policy; read at every step.</param>
        public BusHealth(InverterDialect dialect)
        {
            this.dialect = dialect;
        }

        /// <summary>The inverter is silent for longer than the dialect allows. False while its silence says nothing.</summary>
        public bool InverterSilent { get; private set; }

        /// <summary>The inverter announced that it will be silent, and the time is not over.</summary>
        public bool SilenceMasked { get; private set; }

        /// <summary>A frame of the inverter was heard since start.</summary>
        public bool EverHeard { get; private set; }

        /// <summary>The controller is off the bus.</summary>
        public bool BusOff
        {
            get { return state == CanPortState.BusOff; }
        }

        /// <summary>The adapter is not there.</summary>
        public bool Absent
        {
            get { return state == CanPortState.Absent; }
        }

        /// <summary>Frames of the inverter since start (wraps).</summary>
        public int Heard { get; private set; }

        /// <summary>Frames handed to the controller (wraps).</summary>
        public int Sent { get; private set; }

        /// <summary>Frames that the controller did not take (wraps).</summary>
        public int SendFailures { get; private set; }

        /// <summary>Times the controller went bus-off (wraps).</summary>
        public int BusOffs { get; private set; }

        /// <summary>Times the controller was asked to rejoin (wraps).</summary>
        public int RecoveryTries { get; private set; }

        /// <summary>Times the adapter went away (wraps).</summary>
        public int Absences { get; private set; }

        /// <summary>Times the inverter fell silent (wraps).</summary>
        public int Silences { get; private set; }

        /// <summary>Pause before the next try to rejoin, ms.</summary>
        public int BackOffMs
        {
            get { return backOffMs; }
        }

        /// <summary>One look at the bus; call once per step, after the received frames were handed to the protocol.</summary>
        /// <param name="portState">State of the controller.</param>
        /// <param name="protocol">Its count of heard frames is the sign of life.</param>
        /// <param name="nowMs">Monotonic agent clock.</param>
        /// <returns>True when the controller should be asked to rejoin now.</returns>
        public bool Step(CanPortState portState, IInverterProtocol protocol, long nowMs)
        {
            if (!started)
            {
                started = true;
                state = portState;
                stateSinceMs = nowMs;
                listeningSinceMs = nowMs;
                lastTryMs = nowMs;
                heardSeen = protocol.Heard;
                if (portState == CanPortState.BusOff) BusOffs++;
                if (portState == CanPortState.Absent) Absences++;
            }

            if (protocol.Heard != heardSeen)
            {
                Heard += protocol.Heard - heardSeen;
                heardSeen = protocol.Heard;
                EverHeard = true;
                lastHeardMs = nowMs;
            }

            bool recover = StepController(portState, nowMs);
            StepSilence(protocol.SilenceMaskedUntilMs, nowMs);
            return recover;
        }

        /// <summary>Counts one frame handed to the controller.</summary>
        /// <param name="taken">What <see cref="ICanPort.Send"/> said.</param>
        public void CountSend(bool taken)
        {
            if (taken) Sent++;
            else SendFailures++;
        }

        /// <summary>How long nothing was heard, ms: since the last frame, or since start.</summary>
        /// <param name="nowMs">Monotonic agent clock.</param>
        public long SilentForMs(long nowMs)
        {
            if (!started) return 0;
            return nowMs - (EverHeard ? lastHeardMs : listeningSinceMs);
        }

        /// <summary>
        /// Sending makes sense now. Only a dialect with <see cref="InverterDialect.StopWhenSilent"/> ever stops, and
        /// even then one set goes out every <see cref="KnockEveryMs"/>, else a restarted inverter and a battery that
        /// both wait for the other would wait for ever.
        /// </summary>
        /// <param name="nowMs">Monotonic agent clock.</param>
        public bool MaySend(long nowMs)
        {
            if (state != CanPortState.Up) return false;
            if (!InverterSilent || !dialect.StopWhenSilent) return true;
            return SilentForMs(nowMs) % KnockEveryMs < KnockForMs;
        }

        private bool StepController(CanPortState portState, long nowMs)
        {
            if (portState != state)
            {
                if (portState == CanPortState.BusOff) BusOffs++;
                if (portState == CanPortState.Absent) Absences++;
                if (portState == CanPortState.BusOff && state == CanPortState.Up) lastTryMs = nowMs;
                state = portState;
                stateSinceMs = nowMs;
            }

            if (state == CanPortState.Up && nowMs - stateSinceMs >= StableMs) backOffMs = FirstBackOffMs;
            if (state != CanPortState.BusOff || nowMs - lastTryMs < backOffMs) return false;
            lastTryMs = nowMs;
            RecoveryTries++;
            backOffMs = backOffMs * 2 > LongestBackOffMs ? LongestBackOffMs : backOffMs * 2;
            return true;
        }

        private void StepSilence(long maskedUntilMs, long nowMs)
        {
            SilenceMasked = maskedUntilMs != 0 && nowMs - maskedUntilMs < 0;
            bool silent = dialect.HearsInverter && !SilenceMasked && SilentForMs(nowMs) >= dialect.SilenceMs;
            if (silent && !InverterSilent) Silences++;
            InverterSilent = silent;
        }
    }
}
