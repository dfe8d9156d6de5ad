namespace JkFleet.Agent.Ports
{
    /// <summary>
    /// Two plain places per record in flash or on a card. A write may be cut at any byte and then leaves rubbish in that one place;
    /// <see cref="JkFleet.Agent.Store.TwoCopyStore"/> makes records of it that survive.
    /// </summary>
    public interface IRawStore
    {
        /// <summary>Reads a place.</summary>
        /// <param name="name">Record.</param>
        /// <param name="copy">0 or 1.</param>
        /// <param name="buffer">Receives from index 0.</param>
        /// <returns>Bytes read; -1 = nothing there, unreadable, or longer than the buffer.</returns>
        int Read(string name, int copy, byte[] buffer);

        /// <summary>Overwrites a place; returns when it is durable.</summary>
        /// <param name="name">Record.</param>
        /// <param name="copy">0 or 1.</param>
        /// <param name="buffer">Holds the content from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <returns>False when it failed; the place may hold rubbish.</returns>
        bool Write(string name, int copy, byte[] buffer, int count);
    }
}
