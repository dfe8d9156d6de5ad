namespace JkFleet.Agent.Store
{
    /// <summary>What a factory reset leaves alone: everything else in the store goes.</summary>
    public static class FactoryReset
    {
        /// <summary>
        /// Record of what belongs to the board and not to its owner: password of its access point, release key, certificate authority.
        /// </summary>
        public const string Label = "label";

        /// <summary>Does this record outlive a factory reset?</summary>
        /// <param name="record">Its name.</param>
        public static bool Keeps(string record)
        {
            // The launcher's record says which slot holds a whole build, and below which version none may be installed.
            return record == Label || record == Update.BootRecord.Name;
        }
    }
}
