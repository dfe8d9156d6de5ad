using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Update
{
    /// <summary>
    /// How long the inverter heard nothing over a planned restart: from the last frame before it to the first one after it, by the wall
    /// clock, which both runs know. Said once.
    /// </summary>
    public sealed class HandoverGap
    {
        /// <summary>Record in the store: the wall clock when the last frame went out.</summary>
        public const string Record = "handover";

        /// <summary>
        /// Longer than this is no gap of a restart but a board that was switched off, ms. A build that never hears the BMS sends nothing,
        /// and is taken back after ten minutes.
        /// </summary>
        public const int MostMs = 1800000;

        private const int RecordBytes = 8;

        private readonly IStore _store;
        private readonly long _leftUtcMs;
        private bool _wiped;
        private bool _sent;
        private long _firstMs;

        /// <summary>Takes up what the last run left.</summary>
        /// <param name="store">Holds the record.</param>
        public HandoverGap(IStore store)
        {
            _store = store;
            byte[] record = new byte[RecordBytes];
            if (store.Read(Record, record) != RecordBytes) return;
            for (int i = RecordBytes - 1; i >= 0; i--) _leftUtcMs = (_leftUtcMs << 8) | record[i];
            IsOpen = _leftUtcMs > 0;
        }

        /// <summary>There is something to measure still: call <see cref="Step"/>.</summary>
        public bool IsOpen { get; private set; }

        /// <summary>
        /// For the thread that writes the store: removes the record as soon as frames go out again, so that a start after a crash measures
        /// nothing. Until then it stays: the silence lasts, whoever ends it.
        /// </summary>
        public void Work()
        {
            if (!_sent || _wiped) return;
            _wiped = true;
            _store.Write(Record, new byte[RecordBytes], RecordBytes);
        }

        /// <summary>The last thing before a planned restart.</summary>
        /// <param name="store">Receives the record.</param>
        /// <param name="lastSentUtcMs">Wall clock when the last frame went out, ms since 1970; 0 = unknown or none in this run: what the run before left stays.</param>
        public static void Leave(IStore store, long lastSentUtcMs)
        {
            if (lastSentUtcMs <= 0) return;
            byte[] record = new byte[RecordBytes];
            for (int i = 0; i < RecordBytes; i++) record[i] = (byte)(lastSentUtcMs >> (8 * i));
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
