namespace JkFleet.Agent.Update
{
    /// <summary>Where an artifact comes from, opened at any byte (HTTP ranges). Real: an HTTP client on a thread of its own.</summary>
    public interface IFirmwareSource
    {
        /// <summary>Starts fetching; returns at once.</summary>
        /// <param name="url">Address of the artifact.</param>
        /// <param name="offset">First byte wanted.</param>
        void Open(string url, int offset);

        /// <summary>Takes what has arrived; never blocks.</summary>
        /// <param name="buffer">Receives from index 0.</param>
        /// <returns>Bytes; 0 = nothing yet; -1 = the transfer broke; -2 = the source refuses (gone, forbidden); -3 = ended.</returns>
        int Read(byte[] buffer);

        /// <summary>Drops the transfer.</summary>
        void Close();
    }

    /// <summary>The two places for builds. Real: files on the board's flash or in a PC's store folder.</summary>
    public interface IFirmwareSlots
    {
        /// <summary>Largest payload of a slot, bytes.</summary>
        int MostBytes { get; }

        /// <summary>Empties a slot for a new build.</summary>
        /// <param name="slot">0 or 1.</param>
        /// <param name="bytes">Its size.</param>
        /// <returns>False when there is no room.</returns>
        bool Begin(int slot, int bytes);

        /// <summary>Appends.</summary>
        /// <param name="buffer">Holds the bytes.</param>
        /// <param name="offset">Index of the first.</param>
        /// <param name="count">How many.</param>
        bool Write(byte[] buffer, int offset, int count);

        /// <summary>Makes all of it durable.</summary>
        bool Finish();
    }
}
