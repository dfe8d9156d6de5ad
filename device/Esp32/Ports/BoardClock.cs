using System;
using JkFleet.Agent.Ports;
using nanoFramework.Networking;

namespace JkFleet.Board
{
    /// <summary>The board's clocks. The wall clock counts only once SNTP has set it: after a start the runtime believes in 1970 or 2017.</summary>
    public sealed class BoardClock : IClock
    {
        // 2026-01-01: earlier than any build of this agent.
        private const long PlausibleUtcSeconds = 1767225600;

        /// <inheritdoc/>
        public long NowMs
        {
            get { return Environment.TickCount64; }
        }

        /// <inheritdoc/>
        public long UtcMs
        {
            get
            {
                DateTime now = DateTime.UtcNow;
                long seconds = now.ToUnixTimeSeconds();
                return seconds < PlausibleUtcSeconds ? 0 : (seconds * 1000) + now.Millisecond;
            }
        }

        /// <summary>Lets SNTP keep the wall clock from now on.</summary>
        public static void StartSntp()
        {
            if (!Sntp.IsStarted) Sntp.Start();
        }
    }
}
