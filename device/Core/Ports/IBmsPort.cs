namespace JkFleet.Agent.Ports
{
    /// <summary>The wire to the BMS. Real: a serial port, the board's UART; in the simulator: a pack that answers in bytes.</summary>
    public interface IBmsPort
    {
        /// <summary>Reads what has arrived; never blocks, never throws for a missing adapter.</summary>
        /// <param name="buffer">Receives from index 0.</param>
        /// <returns>Bytes read; 0 = nothing; -1 = the port is not there now.</returns>
        int Read(byte[] buffer);

        /// <summary>Sends bytes; never blocks longer than the control loop can bear.</summary>
        /// <param name="buffer">Holds the bytes from index 0.</param>
        /// <param name="count">How many.</param>
        /// <returns>False when the port is not there or busy.</returns>
        bool Write(byte[] buffer, int count);
    }
}
