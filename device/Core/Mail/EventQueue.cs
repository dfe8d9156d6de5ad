using JkFleet.Contracts;

namespace JkFleet.Agent.Mail
{
    /// <summary>Events of the control loop until they are written as messages; bounded, the newest are dropped and counted.</summary>
    public sealed class EventQueue
    {
        private const int Size = 32;

        private readonly EventKind[] _kind = new EventKind[Size];
        private readonly int[] _value = new int[Size];
        private readonly long[] _atMs = new long[Size];
        private int _first;

        /// <summary>Events that wait.</summary>
        public int Count;

        /// <summary>Events dropped since start.</summary>
        public int Dropped;

        /// <summary>Appends an event.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="kind">What happened.</param>
        /// <param name="value">Its number.</param>
        public void Add(long nowMs, EventKind kind, int value)
        {
            if (Count >= Size)
            {
                Dropped++;
                return;
            }

            int i = (_first + Count) % Size;
            _kind[i] = kind;
            _value[i] = value;
            _atMs[i] = nowMs;
            Count++;
        }

        /// <summary>Takes the oldest event.</summary>
        /// <param name="into">Receives kind, value and the device clock.</param>
        public bool TryTake(DeviceEvent into)
        {
            if (Count == 0) return false;
            into.Kind = _kind[_first];
            into.Value = _value[_first];
            into.Header.UpMs = _atMs[_first];
            _first = (_first + 1) % Size;
            Count--;
            return true;
        }
    }
}
