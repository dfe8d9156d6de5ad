namespace JkFleet.Agent.Ports
{
    /// <summary>
    /// Small named records that survive a power cut: settings, hysteresis state, desired state. Writing is atomic for
    /// the reader: after a cut at any point <see cref="Read"/> gives the old or the new record, never a mixture
    /// (two copies with CRC on the board; write, flush and rename on a PC).
    /// </summary>
    public interface IStore
    {
        /// <summary>Reads a record.</summary>
        /// <param name="name">a-z and '-', up to 16 characters.</param>
        /// <param name="buffer">Receives from index 0.</param>
        /// <returns>Its length; -1 = absent or damaged.</returns>
        int Read(string name, byte[] buffer);

        /// <summary>Writes a record; returns when it is durable.</summary>
        /// <param name="name">The record.</param>
        /// <param name="buffer">Holds the content from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <returns>False when it could not be stored; the old record stands.</returns>
        bool Write(string name, byte[] buffer, int count);
    }
}
