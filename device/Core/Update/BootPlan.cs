using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Update
{
    /// <summary>
    /// The launcher's whole judgement: which slot to start, and when to give one up. The launcher is never updated, so this is kept
    /// small. Every decision is stored before it is acted upon: a build that takes the power down with it still loses its try.
    /// </summary>
    public sealed class BootPlan
    {
        private readonly IStore _store;
        private readonly byte[] _buffer = new byte[BootRecord.Bytes];

        /// <summary>Reads the record; an absent or damaged one means a board as it was flashed.</summary>
        /// <param name="store">Holds the record.</param>
        public BootPlan(IStore store)
        {
            _store = store;
            int count = store.Read(BootRecord.Name, _buffer);
            Record.TryRead(_buffer, count);
        }

        /// <summary>The record, as the launcher leaves it.</summary>
        public BootRecord Record { get; } = new BootRecord();

        /// <summary>Chooses the slot to start now, counts the try and stores both.</summary>
        /// <returns>The slot; <see cref="BootRecord.None"/> = safe mode: launcher and updater alone.</returns>
        public int Choose()
        {
            if (Record.Pending != BootRecord.None && Record.Tries == 0) GiveUp(BootOutcome.NeverConfirmed);
            if (Record.Pending == BootRecord.None && (Record.Tries == 0 || !Record.Valid[Record.Active])) LeaveActive();

            int slot = Record.Pending != BootRecord.None ? Record.Pending : Record.Active;
            if (!Record.Valid[slot])
            {
                slot = BootRecord.None;
                Record.Outcome = BootOutcome.SafeMode;
            }
            else if (Record.Tries > 0)
            {
                Record.Tries--;
            }

            Record.Started = slot;
            if (Save() || slot == BootRecord.None) return slot;
            // A store that cannot count tries must not lead to a build on trial for ever: only the trusted one starts then.
            Record.Started = Record.Valid[Record.Active] ? Record.Active : BootRecord.None;
            return Record.Started;
        }

        /// <summary>The chosen slot could not be loaded: it is worth nothing. Call <see cref="Choose"/> again.</summary>
        public void LoadFailed()
        {
            if (Record.Pending != BootRecord.None)
            {
                GiveUp(BootOutcome.LoadFailed);
                return;
            }

            Record.Valid[Record.Active] = false;
            Record.Outcome = BootOutcome.LoadFailed;
            Record.OutcomeVersion = Record.Version[Record.Active];
        }

        private void GiveUp(BootOutcome outcome)
        {
            Record.Outcome = outcome;
            Record.OutcomeVersion = Record.Version[Record.Pending];
            Record.Valid[Record.Pending] = false;
            Record.Pending = BootRecord.None;
            Record.Tries = BootRecord.TrustedTries;
        }

        // The trusted build fails again and again: the former build, if the other slot still holds it, is the better bet.
        // Without one it is started for ever: a fault that passes must not leave a board in safe mode.
        private void LeaveActive()
        {
            int other = 1 - Record.Active;
            if (!Record.Valid[other]) return;
            Record.OutcomeVersion = Record.Version[Record.Active];
            Record.Valid[Record.Active] = false;
            Record.Active = other;
            Record.Tries = BootRecord.TrustedTries;
            Record.Outcome = BootOutcome.FellBack;
        }

        private bool Save()
        {
            Record.Write(_buffer);
            return _store.Write(BootRecord.Name, _buffer, BootRecord.Bytes);
        }
    }
}
