using JkFleet.Agent.Ports;

namespace JkFleet.Agent
{
    /// <summary>No server: the emulation alone. Its backlog stays small and goes nowhere.</summary>
    public sealed class NoServer : IServerLink
    {
        /// <inheritdoc/>
        public bool Connected
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public int Connections
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public bool Drained
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public bool Offer(string leaf, byte[] buffer, int count, bool retain)
        {
            return false;
        }

        /// <inheritdoc/>
        public int Take(byte[] buffer, out string leaf)
        {
            leaf = "";
            return 0;
        }
    }
}
