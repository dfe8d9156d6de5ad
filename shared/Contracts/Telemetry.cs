using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Contracts
{
    /// <summary>How well the agent hears the BMS.</summary>
    public enum LinkState
    {
        /// <summary>Never heard since start.</summary>
        Never = 0,
        /// <summary>Heard lately.</summary>
        Ok = 1,
        /// <summary>Heard before, silent now.</summary>
        Silent = 2,
        /// <summary>Readings come but contradict themselves, or the CAN controller reports errors.</summary>
        Faulty = 3,
        /// <summary>The CAN controller is bus-off.</summary>
        BusOff = 4,
        /// <summary>The port is not there (adapter unplugged, not opened).</summary>
        NoPort = 5,
    }

    /// <summary>Stable names of <see cref="LinkState"/>.</summary>
    public static class LinkStateNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 6;

        /// <summary>Name of a state, part of the contract.</summary>
        /// <param name="state">The state.</param>
        public static string Of(LinkState state)
        {
            switch (state)
            {
                case LinkState.Never: return "never";
                case LinkState.Ok: return "ok";
                case LinkState.Silent: return "silent";
                case LinkState.Faulty: return "faulty";
                case LinkState.BusOff: return "bus_off";
                default: return "no_port";
            }
        }
    }

    /// <summary>
    /// One periodic report: the last reading, what was decided from it and why, and the health of the links.
    /// Topic leaf <see cref="Topics.Telemetry"/>. Field names and units on the wire stand in <see cref="TelemetryCodec"/>.
    /// </summary>
    public sealed class Telemetry
    {
        /// <summary>Boot, sequence and clocks.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>The last valid reading; meaningless while <see cref="Bms"/> is <see cref="LinkState.Never"/>.</summary>
        public readonly BmsSnapshot Snapshot = new BmsSnapshot();

        /// <summary>The limits in force.</summary>
        public readonly ChargeLimits Limits = new ChargeLimits();

        /// <summary>BMS link.</summary>
        public LinkState Bms;

        /// <summary>Age of the reading, ms; -1 = none yet.</summary>
        public int BmsAgeMs = -1;

        /// <summary>Frames of the BMS accepted since start.</summary>
        public int BmsFrames;

        /// <summary>Frames of the BMS refused since start.</summary>
        public int BmsRefused;

        /// <summary>Inverter link.</summary>
        public LinkState Inverter;

        /// <summary>Age of the last inverter frame, ms; -1 = none yet.</summary>
        public int InverterAgeMs = -1;

        /// <summary>CAN frames sent since start.</summary>
        public int CanSent;

        /// <summary>CAN frames received since start.</summary>
        public int CanReceived;

        /// <summary>CAN frames that could not be sent since start.</summary>
        public int CanErrors;

        /// <summary>Wi-Fi signal, dBm; 0 = not on Wi-Fi.</summary>
        public int RssiDbm;

        /// <summary>Version of the agent.</summary>
        public string Agent = "";

        /// <summary>Board variant, e.g. <c>esp32</c>, <c>pc</c>, <c>sim</c>.</summary>
        public string Board = "";

        /// <summary>Revision of the profile in force; 0 = the built-in safe one.</summary>
        public int ProfileRevision;

        /// <summary>Messages that the bounded backlog had to drop since start.</summary>
        public int Dropped;
    }
}
