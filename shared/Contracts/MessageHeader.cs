namespace JkFleet.Contracts
{
    /// <summary>
    /// What every message of a device begins with, so that the server can order, deduplicate and date it:
    /// (boot, seq) is unique per device; the device clock survives where the wall clock is unknown.
    /// </summary>
    public sealed class MessageHeader
    {
        /// <summary>Random number of this start of the agent, 1..2147483647.</summary>
        public long Boot;

        /// <summary>Counts the messages of this boot from 1.</summary>
        public long Seq;

        /// <summary>Device clock when the content was true: ms since the agent's start.</summary>
        public long UpMs;

        /// <summary>Wall clock of the same instant, ms since 1970 UTC; 0 = the device does not know the time.</summary>
        public long UtcMs;

        /// <summary>The message waited in the backlog: history, not live state.</summary>
        public bool Replay;
    }
}
