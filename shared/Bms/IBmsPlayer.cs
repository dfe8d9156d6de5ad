namespace JkFleet.Bms
{
    /// <summary>
    /// A BMS as seen from the wire: answers requests with byte-exact frames of the pack behind it. The counterpart of
    /// <see cref="IBmsProtocol"/> for the simulator and the tests. Pure: no port, no clock.
    /// </summary>
    public interface IBmsPlayer
    {
        /// <summary>Same name as the protocol that understands it.</summary>
        string Name { get; }

        /// <summary>Takes bytes of the reader: split, joined, with noise.</summary>
        /// <param name="buffer">Holds the bytes.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        void Receive(byte[] buffer, int offset, int count, long nowMs);

        /// <summary>Bytes that the BMS sends now, written from index 0; call until it returns 0.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="buffer">At least <see cref="BmsPlayers.MaxAnswer"/> bytes.</param>
        /// <returns>Count of bytes; 0 = nothing.</returns>
        int NextAnswer(long nowMs, byte[] buffer);
    }

    /// <summary>What all players share.</summary>
    public static class BmsPlayers
    {
        /// <summary>Longest answer of any player, bytes.</summary>
        public const int MaxAnswer = 512;

        /// <summary>Time a real BMS takes to answer, ms (ArminJo measured 26 for a whole 4E57 answer).</summary>
        public const int AnswerDelayMs = 20;
    }
}
