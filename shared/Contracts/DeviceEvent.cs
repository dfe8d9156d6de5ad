namespace JkFleet.Contracts
{
    /// <summary>Something happened on a device; leaf <see cref="Topics.Event"/>. It waits in the backlog like telemetry.</summary>
    public sealed class DeviceEvent
    {
        /// <summary>Boot, sequence and clocks.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>What happened.</summary>
        public EventKind Kind;

        /// <summary>A number that belongs to it (alarm bit, cell, mV, revision ...), see <see cref="EventKind"/>.</summary>
        public int Value;
    }

    /// <summary>DeviceEvent as JSON, both ways. Unknown fields are skipped. One instance per thread.</summary>
    public sealed class EventCodec
    {
        /// <summary>A buffer of this size holds any message.</summary>
        public const int MaxBytes = 256;

        private readonly MessageFields _fields;
        private readonly byte[][] _eventNames;

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>A codec with its tables.</summary>
        public EventCodec()
        {
            _fields = new MessageFields(new string[]
            {
                "event", "value",
            });
            string[] names = new string[EventKindNames.Count];
            for (int i = 0; i < names.Length; i++) names[i] = EventKindNames.Of((EventKind)i);
            _eventNames = HeaderFields.KeysOf(names);
        }

        /// <summary>Writes a message.</summary>
        /// <param name="m">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(DeviceEvent m, MessageWriter w)
        {
            byte[][] k = _fields.Write(m.Header, w);
            w.Text(k[0], EventKindNames.Of(m.Kind));
            w.Int(k[1], m.Value);
            return w.End();
        }

        /// <summary>Reads a message; half filled and not to be used when false is returned.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="m">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, DeviceEvent m)
        {
            Clear(m);
            _fields.Read(buffer, offset, count, m.Header);
            for (int key = _fields.Next(); key >= 0; key = _fields.Next()) Take(_fields.Reader, key, m);
            Refusal = _fields.Refusal(true);
            return Refusal.Length == 0;
        }

        private static void Clear(DeviceEvent m)
        {
            m.Kind = EventKind.Unknown;
            m.Value = 0;
        }

        private void Take(MessageReader r, int key, DeviceEvent m)
        {
            int ignored;
            switch (key)
            {
                case 0:
                    int found = r.TaggedItem(_eventNames, 0, null, out ignored);
                    m.Kind = found < 0 ? EventKind.Unknown : (EventKind)found;
                    break;
                default: r.Int32(int.MinValue, int.MaxValue, ref m.Value); break;
            }
        }
    }

    /// <summary>What can happen on a device. Numbers and names are stable contract; only append.</summary>
    public enum EventKind
    {
        /// <summary>A kind that only a newer agent knows.</summary>
        Unknown = 0,
        /// <summary>The agent started; value = 0.</summary>
        Started = 1,
        /// <summary>The first valid reading since start.</summary>
        BmsFirst = 2,
        /// <summary>Readings are missing; value = age, ms.</summary>
        BmsLost = 3,
        /// <summary>Three good readings after a loss.</summary>
        BmsBack = 4,
        /// <summary>A reading contradicts itself; value = a <see cref="JkFleet.Limits.Doubt"/>.</summary>
        Implausible = 5,
        /// <summary>A cell reads 0 mV or more than 5 V; value = its number.</summary>
        CellInvalid = 6,
        /// <summary>An alarm of the BMS appeared; value = bit.</summary>
        AlarmOn = 7,
        /// <summary>An alarm of the BMS went; value = bit.</summary>
        AlarmOff = 8,
        /// <summary>The inverter is not heard; value = age, ms.</summary>
        InverterSilent = 9,
        /// <summary>The inverter is heard.</summary>
        InverterBack = 10,
        /// <summary>The CAN controller is bus-off.</summary>
        BusOff = 11,
        /// <summary>The CAN bus works again.</summary>
        BusBack = 12,
        /// <summary>Frames go out (value 1) or no longer do (value 0).</summary>
        Transmitting = 13,
        /// <summary>The monotonic clock jumped; value = ms, clamped.</summary>
        ClockJump = 14,
        /// <summary>A profile is in force; value = revision.</summary>
        ProfileApplied = 15,
        /// <summary>A profile was refused; value = revision that stays in force.</summary>
        ProfileRefused = 16,
        /// <summary>An override holds; value = its time, ms.</summary>
        OverrideOn = 17,
        /// <summary>The override ended.</summary>
        OverrideOff = 18,
        /// <summary>Maintenance mode began.</summary>
        MaintenanceOn = 19,
        /// <summary>Maintenance mode ended.</summary>
        MaintenanceOff = 20,
        /// <summary>The BMS confirmed a switch; value = number of the switch.</summary>
        SwitchConfirmed = 21,
        /// <summary>The BMS did not confirm a switch; value = number of the switch.</summary>
        SwitchFailed = 22,
        /// <summary>SOC fell below the warning level; value = permille.</summary>
        LowSoc = 23,
        /// <summary>A stop by SOC began; value = permille.</summary>
        SocStop = 24,
        /// <summary>A stop by voltage began; value = mV.</summary>
        VoltageStop = 25,
        /// <summary>The charge phase changed; value = the new one.</summary>
        Phase = 26,
        /// <summary>The inverter asked for sleep (1) or took it back (0).</summary>
        Sleep = 27,
        /// <summary>A record could not be saved.</summary>
        StoreFailed = 28,
        /// <summary>The firmware update went a step; value = an <see cref="UpdateState"/>.</summary>
        UpdateStep = 29,
        /// <summary>A message of the server was refused.</summary>
        BadMessage = 30,
        /// <summary>Somebody else on the bus speaks as a battery.</summary>
        ForeignBattery = 31,
        /// <summary>Frames go out again after a planned restart; value = how long none did, ms.</summary>
        HandoverGap = 32,
        /// <summary>Rounds of a thread of the agent ended in an exception and were begun anew; value = how many since its start.</summary>
        AgentFault = 33,
    }

    /// <summary>Stable names of <see cref="EventKind"/>.</summary>
    public static class EventKindNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 34;

        /// <summary>Name, part of the contract.</summary>
        /// <param name="kind">The value.</param>
        public static string Of(EventKind kind)
        {
            switch (kind)
            {
                case EventKind.Started: return "started";
                case EventKind.BmsFirst: return "bms_first";
                case EventKind.BmsLost: return "bms_lost";
                case EventKind.BmsBack: return "bms_back";
                case EventKind.Implausible: return "implausible";
                case EventKind.CellInvalid: return "cell_invalid";
                case EventKind.AlarmOn: return "alarm_on";
                case EventKind.AlarmOff: return "alarm_off";
                case EventKind.InverterSilent: return "inverter_silent";
                case EventKind.InverterBack: return "inverter_back";
                case EventKind.BusOff: return "bus_off";
                case EventKind.BusBack: return "bus_back";
                case EventKind.Transmitting: return "transmitting";
                case EventKind.ClockJump: return "clock_jump";
                case EventKind.ProfileApplied: return "profile_applied";
                case EventKind.ProfileRefused: return "profile_refused";
                case EventKind.OverrideOn: return "override_on";
                case EventKind.OverrideOff: return "override_off";
                case EventKind.MaintenanceOn: return "maintenance_on";
                case EventKind.MaintenanceOff: return "maintenance_off";
                case EventKind.SwitchConfirmed: return "switch_confirmed";
                case EventKind.SwitchFailed: return "switch_failed";
                case EventKind.LowSoc: return "low_soc";
                case EventKind.SocStop: return "soc_stop";
                case EventKind.VoltageStop: return "voltage_stop";
                case EventKind.Phase: return "phase";
                case EventKind.Sleep: return "sleep";
                case EventKind.StoreFailed: return "store_failed";
                case EventKind.UpdateStep: return "update_step";
                case EventKind.BadMessage: return "bad_message";
                case EventKind.ForeignBattery: return "foreign_battery";
                case EventKind.HandoverGap: return "handover_gap";
                case EventKind.AgentFault: return "agent_fault";
                default: return "unknown";
            }
        }
    }
}
