namespace JkFleet.Bms
{
    /// <summary>
    /// One way to talk to a BMS: says which bytes to send, eats the bytes that come back, yields whole checked readings.
    /// Pure: no port, no clock. Implementations: Jk4E57, Jk02, JkPb (Modbus or trigger write), JkCan.
    /// </summary>
    public interface IBmsProtocol
    {
        /// <summary>Name on command lines and in telemetry, e.g. <c>jk-4e57</c>.</summary>
        string Name { get; }

        /// <summary>Bytes that should be sent now, written to <paramref name="buffer"/> from index 0.</summary>
        /// <param name="nowMs">Monotonic agent clock.</param>
        /// <param name="buffer">At least 32 bytes.</param>
        /// <returns>Count of bytes to send; 0 = nothing is due.</returns>
        int NextRequest(long nowMs, byte[] buffer);

        /// <summary>Takes bytes as they arrived: split, joined, with noise. Never throws on content.</summary>
        /// <param name="buffer">Holds the bytes.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        /// <param name="nowMs">Monotonic agent clock.</param>
        void Receive(byte[] buffer, int offset, int count, long nowMs);

        /// <summary>Hands over a reading that became complete since the last call.</summary>
        /// <param name="into">Filled when true is returned; <see cref="BmsSnapshot.TakenAtMs"/> is set.</param>
        bool TryTake(BmsSnapshot into);

        /// <summary>Counters of this link, owned by the protocol, read by telemetry.</summary>
        BmsLinkCounters Counters { get; }
    }

    /// <summary>What happened on a BMS link since start. Counters wrap at 2^31 without harm.</summary>
    public sealed class BmsLinkCounters
    {
        /// <summary>Requests that we sent.</summary>
        public int Requests;

        /// <summary>Whole frames that passed every check.</summary>
        public int Accepted;

        /// <summary>Frames refused (checksum, end mark, unknown register ...).</summary>
        public int Refused;

        /// <summary>Whole frames that are no answer for us: an adaptor's echo of our own request, acknowledgements.</summary>
        public int Ignored;

        /// <summary>Requests that nobody answered in time.</summary>
        public int Unanswered;

        /// <summary>Bytes thrown away while looking for a frame start.</summary>
        public int SkippedBytes;

        /// <summary>Stable prefix of the last refusal, e.g. <c>bad_checksum</c>; "" before the first.</summary>
        public string LastRefusal = "";
    }
}
