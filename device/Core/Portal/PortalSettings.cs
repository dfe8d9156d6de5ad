using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Portal
{
    /// <summary>What a portal is given by the machine it runs on.</summary>
    public sealed class PortalSettings
    {
        /// <summary>Address to which strangers' names are sent, e.g. <c>http://192.168.4.1/</c>.</summary>
        public string Address = "/";

        /// <summary>Iterations for a new password.</summary>
        public int PasswordRounds = 200;

        /// <summary>The installer names the two ports, and these can be picked (a PC); null = they are pins of a board.</summary>
        public ISerialPorts? Ports;

        /// <summary>The wires were named at the start (a command line): that counts before what is saved here, and the page says so.</summary>
        public bool WiringGiven;

        /// <summary>Longest page, bytes.</summary>
        public int PageBytes = 16384;

        /// <summary>Keeps password, wiring, boot record.</summary>
        public readonly IStore Store;

        /// <summary>Salt and tokens.</summary>
        public readonly IRandomPort Random;

        /// <summary>Wi-Fi.</summary>
        public readonly IWifiPort Wifi;

        /// <summary>The way to an enrolment.</summary>
        public readonly IClaimPort Claim;

        /// <summary>The agent.</summary>
        public readonly PortalWindow Window;

        /// <summary>Settings with their defaults.</summary>
        /// <param name="store">Keeps password, wiring, boot record.</param>
        /// <param name="random">Salt and tokens.</param>
        /// <param name="wifi">Wi-Fi.</param>
        /// <param name="claim">The way to an enrolment.</param>
        /// <param name="window">The agent.</param>
        public PortalSettings(IStore store, IRandomPort random, IWifiPort wifi, IClaimPort claim, PortalWindow window)
        {
            Store = store;
            Random = random;
            Wifi = wifi;
            Claim = claim;
            Window = window;
        }
    }
}
