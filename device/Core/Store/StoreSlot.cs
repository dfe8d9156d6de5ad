using System;
using System.Threading;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Store
{
    /// <summary>
    /// One record on its way to the store. The control loop puts it down and goes on; whoever owns the store (the same loop on a
    /// small board, a thread of its own elsewhere) writes it. A slow disk can delay a save, never a frame.
    /// </summary>
    public sealed class StoreSlot
    {
        private const int Free = 0;
        private const int Full = 1;
        private const int Saved = 2;
        private const int Failed = 3;

        private readonly IStore _store;
        private readonly byte[] _buffer;
        private int _count;
        private int _state;

        /// <summary>A slot.</summary>
        /// <param name="store">Where it goes.</param>
        /// <param name="maxBytes">Longest record.</param>
        public StoreSlot(IStore store, int maxBytes)
        {
            _store = store;
            _buffer = new byte[maxBytes];
        }

        /// <summary>Name of the record in the slot.</summary>
        public string Name { get; private set; } = "";

        /// <summary>A record is in the slot, or its result was not fetched yet.</summary>
        public bool IsBusy
        {
            get { return State() != Free; }
        }

        /// <summary>The buffer to fill while the slot is not busy; then call <see cref="Put"/>.</summary>
        public byte[] Buffer
        {
            get { return _buffer; }
        }

        /// <summary>Hands over what was filled into <see cref="Buffer"/>.</summary>
        /// <param name="name">Record.</param>
        /// <param name="count">Its length.</param>
        public void Put(string name, int count)
        {
            Name = name;
            _count = count;
            Interlocked.Exchange(ref _state, Full);
        }

        /// <summary>Owner of the store: writes a waiting record; may take long.</summary>
        /// <returns>True when there was one.</returns>
        public bool Work()
        {
            if (State() != Full) return false;
            bool saved = false;
            try
            {
                saved = _store.Write(Name, _buffer, _count);
            }
            catch (Exception)
            {
                // A broken disk must not end the loop; the control loop hears of it and the old record stands.
                saved = false;
            }

            Interlocked.Exchange(ref _state, saved ? Saved : Failed);
            return true;
        }

        /// <summary>Control loop: fetches a result and frees the slot.</summary>
        /// <param name="saved">The record is durable.</param>
        /// <returns>False while there is none.</returns>
        public bool TryFinish(out bool saved)
        {
            int state = State();
            saved = state == Saved;
            if (state != Saved && state != Failed) return false;
            Interlocked.Exchange(ref _state, Free);
            return true;
        }

        private int State()
        {
            return Interlocked.CompareExchange(ref _state, 0, 0);
        }
    }
}
