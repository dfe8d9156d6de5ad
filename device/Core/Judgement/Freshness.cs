namespace JkFleet.Agent.Judgement
{
    /// <summary>What the last readings are worth.</summary>
    public enum ReadingState
    {
        /// <summary>No valid reading since start: nothing goes out.</summary>
        Never = 0,
        /// <summary>Readings come, but not yet enough in a row: zero limits.</summary>
        Recovering = 1,
        /// <summary>Fresh and believed: limits by ramp.</summary>
        Good = 2,
        /// <summary>Too old: zero limits.</summary>
        Stale = 3,
        /// <summary>Readings contradict themselves three times in a row: as good as none.</summary>
        Implausible = 4,
    }

    /// <summary>
    /// Whether the agent knows its pack. A loss is immediate; the way back takes several good readings in a row, because the
    /// first frame after a loose plug is the least trustworthy one (protocols.md 7.1, 7.2, 7.10).
    /// </summary>
    public sealed class Freshness
    {
        /// <summary>Doubted readings in a row that count as no data.</summary>
        public const int DoubtsAllowed = 3;

        /// <summary>Readings closer together than this are one: bytes that waited in a driver are no history.</summary>
        public const int ApartMs = 250;

        private int _goodInRow;
        private int _doubtsInRow;
        private bool _counted;
        private long _countedMs;

        /// <summary>What the readings are worth now.</summary>
        public ReadingState State;

        /// <summary>Clock of the last good reading; meaningless in <see cref="ReadingState.Never"/>.</summary>
        public long LastGoodMs;

        /// <summary>Takes a reading that is believed.</summary>
        /// <param name="takenMs">Clock of its last byte.</param>
        /// <param name="needed">Good readings in a row that end a loss.</param>
        public void Good(long takenMs, int needed)
        {
            _doubtsInRow = 0;
            if (State != ReadingState.Good) State = ReadingState.Recovering;
            long apart = takenMs - _countedMs;
            if (!_counted || apart >= ApartMs)
            {
                _counted = true;
                _countedMs = takenMs;
                _goodInRow++;
            }

            LastGoodMs = takenMs;
            if (_goodInRow >= needed) State = ReadingState.Good;
        }

        /// <summary>Takes a reading that contradicts itself: it changes nothing but the doubt.</summary>
        public void Doubted()
        {
            if (State == ReadingState.Never) return;
            _goodInRow = 0;
            if (++_doubtsInRow < DoubtsAllowed) return;
            if (State != ReadingState.Stale) State = ReadingState.Implausible;
        }

        /// <summary>Lets time pass.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="staleMs">Age from which a reading is none.</param>
        public void Step(long nowMs, int staleMs)
        {
            if (State != ReadingState.Good && State != ReadingState.Recovering) return;
            long age = nowMs - LastGoodMs;
            if (age > staleMs || age < 0) Lose();
        }

        /// <summary>Trusts nothing any more (clock fault): as if the readings had become too old.</summary>
        public void Lose()
        {
            if (State == ReadingState.Never) return;
            State = ReadingState.Stale;
            _goodInRow = 0;
            _counted = false;
        }
    }
}
