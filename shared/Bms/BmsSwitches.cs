namespace JkFleet.Bms
{
    /// <summary>The three switches of a JK BMS that may be set from outside. Nothing else is ever written.</summary>
    public enum BmsSwitch
    {
        /// <summary>Charge MOS.</summary>
        Charge,

        /// <summary>Discharge MOS.</summary>
        Discharge,

        /// <summary>Balancer.</summary>
        Balancer,
    }

    /// <summary>Where a switch write stands.</summary>
    public enum BmsWriteState
    {
        /// <summary>Nothing was asked yet.</summary>
        None,

        /// <summary>Asked for, not yet on the wire.</summary>
        Waiting,

        /// <summary>On the wire; the setting has not been read back yet.</summary>
        Sent,

        /// <summary>The BMS, read again, has the wanted setting.</summary>
        Confirmed,

        /// <summary>The BMS, read again, kept the other setting, or did not answer.</summary>
        Failed,
    }

    /// <summary>A BMS link over which the switches can be set: once per call, confirmed by reading again, never repeated.</summary>
    public interface IBmsSwitches
    {
        /// <summary>Asks for one write. Switches are settings that the BMS stores: do not call cyclically.</summary>
        /// <param name="which">Switch.</param>
        /// <param name="on">Wanted position.</param>
        /// <param name="nowMs">Monotonic agent clock.</param>
        /// <returns>False while an earlier write is unfinished.</returns>
        bool TrySwitch(BmsSwitch which, bool on, long nowMs);

        /// <summary>The last write that was asked for.</summary>
        BmsSwitchWrite SwitchWrite { get; }
    }

    /// <summary>
    /// One switch write from the wish to its confirmation. No peer parses the BMS's answer to a write, so only a later
    /// reading of the setting counts (protocols.md 1.1). Kept by a protocol, read by whoever asked.
    /// </summary>
    public sealed class BmsSwitchWrite
    {
        /// <summary>Readings of the setting that may still show the old position before the write counts as failed.</summary>
        public const int ReadingsAllowed = 3;

        /// <summary>Time after which an unconfirmed write has failed, ms.</summary>
        public const int TimeoutMs = 15000;

        /// <summary>Where it stands.</summary>
        public BmsWriteState State;

        /// <summary>Switch that was asked for.</summary>
        public BmsSwitch Switch;

        /// <summary>Wanted position.</summary>
        public bool On;

        private long _startedMs;
        private int _readings;

        /// <summary>True from the wish until it is confirmed or has failed.</summary>
        public bool IsOpen
        {
            get { return State == BmsWriteState.Waiting || State == BmsWriteState.Sent; }
        }

        /// <summary>Starts a write unless one is open.</summary>
        /// <param name="which">Switch.</param>
        /// <param name="on">Wanted position.</param>
        /// <param name="nowMs">Clock.</param>
        public bool TryStart(BmsSwitch which, bool on, long nowMs)
        {
            if (IsOpen) return false;
            Switch = which;
            On = on;
            State = BmsWriteState.Waiting;
            _startedMs = nowMs;
            _readings = 0;
            return true;
        }

        /// <summary>Takes a reading of the setting that was made after the write went out.</summary>
        /// <param name="isOn">What the BMS says.</param>
        public void Read(bool isOn)
        {
            if (State != BmsWriteState.Sent) return;
            if (isOn == On) State = BmsWriteState.Confirmed;
            else if (++_readings >= ReadingsAllowed) State = BmsWriteState.Failed;
        }

        /// <summary>Fails a write that nobody confirmed in time.</summary>
        /// <param name="nowMs">Clock.</param>
        public void Expire(long nowMs)
        {
            if (IsOpen && nowMs - _startedMs > TimeoutMs) State = BmsWriteState.Failed;
        }
    }
}
