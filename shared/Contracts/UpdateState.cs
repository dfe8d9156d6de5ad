namespace JkFleet.Contracts
{
    /// <summary>
    /// Where a device stands with the firmware offered to it, as it reports itself in <see cref="Topics.Reported"/>
    /// (<c>update_state update_version update_permille update_reason</c>). Numbers are stable contract; only append.
    /// The server never concludes success from anything but <see cref="Confirmed"/> and what the device runs and does after it.
    /// </summary>
    public enum UpdateState
    {
        /// <summary>Nothing offered, nothing pending.</summary>
        Idle = 0,
        /// <summary>Fetching the artifact into the inactive slot; permille moves.</summary>
        Downloading = 1,
        /// <summary>Complete, signature and hash right; not yet switched.</summary>
        Downloaded = 2,
        /// <summary>Held back by the device itself (handover waits for low current, maintenance ...); reason says why.</summary>
        Waiting = 3,
        /// <summary>Restarting into the new slot.</summary>
        Switching = 4,
        /// <summary>Runs the new build and proves its health (BMS frames, inverter as before, server reached).</summary>
        Verifying = 5,
        /// <summary>Healthy on the new build; it is now the one to return to.</summary>
        Confirmed = 6,
        /// <summary>Went back to the former build; reason says why.</summary>
        Reverted = 7,
        /// <summary>Could not fetch, store or start it; reason says why; the former build runs.</summary>
        Failed = 8,
        /// <summary>Refused before anything was changed: signature, board, version floor, expiry, contract, size; reason says which.</summary>
        Refused = 9,
    }

    /// <summary>Stable names of <see cref="UpdateState"/>.</summary>
    public static class UpdateStateNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 10;

        /// <summary>Name of a state, part of the contract.</summary>
        /// <param name="state">The state.</param>
        public static string Of(UpdateState state)
        {
            switch (state)
            {
                case UpdateState.Idle: return "idle";
                case UpdateState.Downloading: return "downloading";
                case UpdateState.Downloaded: return "downloaded";
                case UpdateState.Waiting: return "waiting";
                case UpdateState.Switching: return "switching";
                case UpdateState.Verifying: return "verifying";
                case UpdateState.Confirmed: return "confirmed";
                case UpdateState.Reverted: return "reverted";
                case UpdateState.Failed: return "failed";
                default: return "refused";
            }
        }
    }
}
