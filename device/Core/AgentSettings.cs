using JkFleet.Limits;

namespace JkFleet.Agent
{
    /// <summary>What the owner of a board decides on the spot; no server changes it.</summary>
    public sealed class AgentSettings
    {
        /// <summary>Version of the agent, e.g. <c>0.1.0</c>.</summary>
        public string Version = "0.0.0";

        /// <summary>Board variant: <c>esp32</c>, <c>pc</c>, <c>sim</c>.</summary>
        public string Board = "pc";

        /// <summary>Hard ceilings of this board and site.</summary>
        public readonly Envelope Envelope = new Envelope();

        /// <summary>Telemetry period while the server is there, ms, 200..600000.</summary>
        public int TelemetryMs = 5000;

        /// <summary>Telemetry period during the first hour without a server, ms; later ten times as long.</summary>
        public int OfflineTelemetryMs = 60000;

        /// <summary>Size of the backlog, bytes, 4096 and up; the oldest messages are dropped and counted.</summary>
        public int BacklogBytes = 65536;

        /// <summary>Most messages of the backlog that are sent again per second, so that live values go first.</summary>
        public int ReplayPerSecond = 20;

        /// <summary>Overrides of the server may stand in for the profile's SOC ramp and maximum, which can raise a limit.</summary>
        public bool OverridesMayRaise;

        /// <summary>The server, or an inverter that asks for sleep, may set the switches in the BMS.</summary>
        public bool SwitchingAllowed;

        /// <summary>The server may restart the agent.</summary>
        public bool RebootAllowed = true;
    }
}
