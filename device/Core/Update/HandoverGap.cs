using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Update
{
    /// <summary>
    /// How long the inverter heard nothing over a planned restart: from the last moment before it to the first frame after it, by the
    /// wall clock, which both runs know. Said once.
    /// </summary>
    public sealed class HandoverGap
    {
        /// <summary>Record in the store: the wall clock when the last run ended.</summary>
        public const string Record = "handover";

        /// <summary>Longer than this is no gap of a restart but a board that was switched off, ms.</summary>
        public const int MostMs = 600000;

        private const int RecordBytes = 8;

        private readonly long _leftUtcMs;
        private bool _sent;
        private long _firstMs;

        /// <summary>Takes up what the last run left, and removes it: a start after a crash measures nothing.</summary>
        /// <param name="store">Holds the record.</param>
        public HandoverGap(IStore store)
        {
            byte[] record = new byte[RecordBytes];
            if (store.Read(Record, record) != RecordBytes) return;
            for (int i = RecordBytes - 1; i >= 0; i--) _leftUtcMs = (_leftUtcMs << 8) | record[i];
            IsOpen = _leftUtcMs > 0;
            if (IsOpen) store.Write(Record, new byte[RecordBytes], RecordBytes);
        }

        /// <summary>There is something to measure still: call <see cref="Step"/>.</summary>
        public bool IsOpen { get; private set; }

        /// <summary>The last thing before a planned restart; frames went out until now.</summary>
        /// <param name="store">Receives the record.</param>
        /// <param name="utcMs">Wall clock, ms since 1970; 0 = unknown, nothing will be measured.</param>
        public static void Leave(IStore store, long utcMs)
        {
            if (utcMs <= 0) return;
            byte[] record = new byte[RecordBytes];
            for (int i = 0; i < RecordBytes; i++) record[i] = (byte)(utcMs >> (8 * i));
            store.Write(Record, record, RecordBytes);
        }

        /// <summary>Looks whether frames go out again and what time it is.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="utcMs">Wall clock, ms since 1970; 0 = not known yet.</param>
        /// <param name="sent">A frame went out in this run.</param>
        /// <returns>The gap, ms, once; -1 = not known yet, or there was none.</returns>
        public int Step(long nowMs, long utcMs, bool sent)
        {
            if (!IsOpen || !sent) return -1;
            if (!_sent) _firstMs = nowMs;
            _sent = true;
            if (utcMs <= 0) return -1;
            IsOpen = false;
            long gap = utcMs - (nowMs - _firstMs) - _leftUtcMs;
            return gap >= 0 && gap <= MostMs ? (int)gap : -1;
        }
    }
}
