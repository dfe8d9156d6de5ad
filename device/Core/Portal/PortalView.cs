using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>What the portal may know of the agent: a copy, made by the control thread, read by the portal's.</summary>
    public sealed class PortalView
    {
        /// <summary>Last report: reading, limits, links.</summary>
        public readonly Telemetry Report = new Telemetry();

        /// <summary>Profile in force.</summary>
        public readonly Profile Profile = new Profile();

        /// <summary>Clock at the copy, ms.</summary>
        public long AtMs;

        /// <summary>The agent runs for so long, ms.</summary>
        public long UpMs;

        /// <summary>A copy was ever made.</summary>
        public bool There;

        /// <summary>The server is connected.</summary>
        public bool Connected;

        /// <summary>People work on the pack.</summary>
        public bool Maintenance;

        /// <summary>Frames go out to the inverter.</summary>
        public bool Transmitting;

        /// <summary>State of an update.</summary>
        public UpdateState Update;

        /// <summary>Version that the update is about.</summary>
        public string UpdateVersion = "";

        /// <summary>How far it is, permille.</summary>
        public int UpdatePermille;

        /// <summary>Why it ended so.</summary>
        public string UpdateReason = "";
    }
}
