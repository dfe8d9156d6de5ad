using JkFleet.Agent.Judgement;
using JkFleet.Agent.Mail;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Store
{
    /// <summary>
    /// Decides what is saved and when: a new profile at once (it waits for it), the memory on every change but not more often than a
    /// flash can bear, the backlog now and then while the server is away.
    /// </summary>
    public sealed class Keeper
    {
        /// <summary>Record of the latches.</summary>
        public const string MemoryRecord = "state";

        /// <summary>Record of the backlog.</summary>
        public const string BacklogRecord = "backlog";

        /// <summary>Over a long time the memory is saved no more often than this, ms: flash wears out.</summary>
        public const int MemoryMs = 10000;

        /// <summary>So many saves may come early, or a stop and a maintenance that follow each other would wait for a power cut.</summary>
        public const int MemoryBurst = 6;

        /// <summary>Least time between two saves of the backlog, ms.</summary>
        public const int BacklogMs = 900000;

        /// <summary>The time since full is saved in steps of this, minutes.</summary>
        public const int FullStepMin = 360;

        private readonly Agent _agent;
        private readonly Postman _post;
        private readonly IStore _store;
        private readonly StoreSlot _slot;
        private readonly MessageWriter _w;
        private readonly byte[] _now = new byte[LimitMemory.RecordBytes];
        private readonly byte[] _saved = new byte[LimitMemory.RecordBytes];
        private int _savedSinceFull;
        private int _memorySaves = MemoryBurst;
        private long _memoryMs;
        private long _backlogMs;
        private int _backlogChanges;
        private bool _backlogStored;

        /// <summary>A keeper.</summary>
        /// <param name="agent">Whose state it is.</param>
        /// <param name="post">Whose backlog it is.</param>
        /// <param name="store">Where it goes.</param>
        public Keeper(Agent agent, Postman post, IStore store)
        {
            _agent = agent;
            _post = post;
            _store = store;
            int most = ProfileCodec.MaxBytes + 512;
            if (post.Backlog.Capacity > most) most = post.Backlog.Capacity;
            _slot = new StoreSlot(store, most);
            _w = new MessageWriter(_slot.Buffer);
            agent.Memory.Encode(_saved);
        }

        /// <summary>The slot; its <see cref="StoreSlot.Work"/> is called by whoever owns the store.</summary>
        public StoreSlot Slot
        {
            get { return _slot; }
        }

        /// <summary>Saves that failed since start.</summary>
        public int Failures { get; private set; }

        /// <summary>Saves made since start.</summary>
        public int Saves { get; private set; }

        /// <summary>Takes up what earlier starts left. Call once, before the first step.</summary>
        /// <param name="nowMs">Clock.</param>
        public void Load(long nowMs)
        {
            byte[] b = _slot.Buffer;
            int count = _store.Read(ProfileSlot.Record, b);
            if (count > 0) _agent.Slot.Load(b, count);
            count = _store.Read(MemoryRecord, b);
            if (count > 0 && _agent.Memory.TryDecode(b, count))
            {
                _agent.Memory.Encode(_saved);
                _savedSinceFull = _agent.Memory.SinceFullMin;
            }

            _agent.Commands.Resume(nowMs);
            count = _store.Read(BacklogRecord, b);
            if (count > 0)
            {
                _post.Backlog.Load(b, count);
                _backlogStored = true;
            }

            _backlogChanges = _post.Backlog.Changes;
            _backlogMs = nowMs;
        }

        /// <summary>Fetches results and puts down the next record that is due.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="connected">The server is there.</param>
        public void Step(long nowMs, bool connected)
        {
            bool saved;
            string name = _slot.Name;
            if (_slot.TryFinish(out saved)) Finished(name, saved, nowMs);
            if (_slot.IsBusy) return;
            if (_agent.Slot.IsSettling && _agent.Slot.Encode(_w)) _slot.Put(ProfileSlot.Record, _w.Count);
            else if (MemoryIsDue(nowMs)) PutMemory(nowMs);
            else if (BacklogIsDue(nowMs, connected)) PutBacklog(nowMs);
        }

        private void Finished(string name, bool saved, long nowMs)
        {
            if (saved) Saves++;
            else
            {
                Failures++;
                _agent.Events.Add(nowMs, EventKind.StoreFailed, 0);
            }

            if (name == ProfileSlot.Record) _agent.Slot.Saved(saved);
            else if (name == MemoryRecord && !saved) _saved[0] = 0; // differs from any record: tried again
        }

        private bool MemoryIsDue(long nowMs)
        {
            long passed = nowMs - _memoryMs;
            if (passed >= MemoryMs || passed < 0)
            {
                if (_memorySaves < MemoryBurst) _memorySaves++;
                _memoryMs = nowMs;
            }

            if (_memorySaves == 0) return false;
            _agent.Memory.Encode(_now);
            for (int i = 0; i < LimitMemory.RecordBytes; i++)
            {
                bool age = i >= 4 && i < 8;
                if (!age && _now[i] != _saved[i]) return true;
            }

            int since = _agent.Memory.SinceFullMin;
            return since < _savedSinceFull || since - _savedSinceFull >= FullStepMin;
        }

        private void PutMemory(long nowMs)
        {
            _memorySaves--;
            _agent.Memory.Encode(_saved);
            _savedSinceFull = _agent.Memory.SinceFullMin;
            _agent.Memory.Encode(_slot.Buffer);
            _slot.Put(MemoryRecord, LimitMemory.RecordBytes);
        }

        private bool BacklogIsDue(long nowMs, bool connected)
        {
            Backlog b = _post.Backlog;
            // Once everything was delivered the stored copy is old news; the server would know them, but let it be short.
            if (connected && b.WaitingCount == 0) return _backlogStored && b.Count == 0;
            long passed = nowMs - _backlogMs;
            return !connected && b.Changes != _backlogChanges && (passed >= BacklogMs || passed < 0);
        }

        private void PutBacklog(long nowMs)
        {
            _backlogMs = nowMs;
            _backlogChanges = _post.Backlog.Changes;
            int count = _post.Backlog.Save(_slot.Buffer);
            _backlogStored = count > 0;
            _slot.Put(BacklogRecord, count);
        }
    }
}
