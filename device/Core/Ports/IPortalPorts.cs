namespace JkFleet.Agent.Ports
{
    /// <summary>Where an errand that runs in the background stands.</summary>
    public enum ErrandState
    {
        /// <summary>Nothing was asked.</summary>
        None = 0,
        /// <summary>On its way.</summary>
        Running = 1,
        /// <summary>Done.</summary>
        Done = 2,
        /// <summary>Failed; the text says why.</summary>
        Failed = 3,
    }

    /// <summary>Wi-Fi of the board. Real: the radio of an ESP32; on a PC the operating system has it in hand.</summary>
    public interface IWifiPort
    {
        /// <summary>False = the system looks after the network, nothing can be set here.</summary>
        bool Settable { get; }

        /// <summary>Starts a scan; never blocks.</summary>
        void Scan();

        /// <summary>A scan is under way.</summary>
        bool Scanning { get; }

        /// <summary>Networks found by the last scan.</summary>
        int Count { get; }

        /// <summary>Name of a network.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        string Ssid(int index);

        /// <summary>Its strength, dBm.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        int RssiDbm(int index);

        /// <summary>Joins a network in the background and keeps it once it is joined: a mistyped password locks nobody out.</summary>
        /// <param name="ssid">1..32 bytes.</param>
        /// <param name="password">Empty or 8..63 characters; never shown again.</param>
        /// <returns>False when another joining is under way.</returns>
        bool Join(string ssid, string password);

        /// <summary>How the last joining stands.</summary>
        ErrandState State { get; }

        /// <summary>Network in use, or "".</summary>
        string Current { get; }
    }

    /// <summary>Makes a board a device of a fleet: server address and claim code in, an enrolment in the store out.</summary>
    public interface IClaimPort
    {
        /// <summary>Starts a claim in the background.</summary>
        /// <param name="server">Web address of the server, <c>http://host:port</c>.</param>
        /// <param name="code">Claim code.</param>
        /// <returns>False while another is under way.</returns>
        bool Begin(string server, string code);

        /// <summary>How the last claim stands.</summary>
        ErrandState State { get; }

        /// <summary>Why it failed, as a stable name (of the contract's <c>ClaimRefusal</c>, or of what failed before a server spoke); else "".</summary>
        string Reason { get; }

        /// <summary>Why it failed, in words for a person, for a reason that the portal does not know; else "".</summary>
        string Why { get; }

        /// <summary>Device that the stored enrolment names, or "".</summary>
        string Device { get; }

        /// <summary>Server of the stored enrolment, or "".</summary>
        string Server { get; }
    }

    /// <summary>
    /// Serial devices that are plugged in now, so that an installer picks one instead of typing its name. A PC has them; on a board,
    /// whose wires end at fixed pins, there is no such port at all.
    /// </summary>
    public interface ISerialPorts
    {
        /// <summary>Looks again; quick.</summary>
        void Look();

        /// <summary>How many the last look found.</summary>
        int Count { get; }

        /// <summary>What to open.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        string Name(int index);

        /// <summary>What a person knows it by: maker, product and place.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        string Title(int index);
    }

    /// <summary>Bytes that nobody can guess: the board's hardware generator, the system's on a PC.</summary>
    public interface IRandomPort
    {
        /// <summary>Fills a buffer.</summary>
        /// <param name="buffer">From index 0 to its end.</param>
        void Fill(byte[] buffer);
    }
}
