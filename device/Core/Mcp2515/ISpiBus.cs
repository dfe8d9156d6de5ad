namespace JkFleet.Agent.Mcp2515
{
    /// <summary>The SPI bus with one chip on it. Real: the board's SpiDevice; in tests: a model of the chip's registers.</summary>
    public interface ISpiBus
    {
        /// <summary>Selects the chip, shifts both arrays at once, releases the chip.</summary>
        /// <param name="write">What goes out, whole.</param>
        /// <param name="read">Receives what comes in, of the same length.</param>
        void Transfer(byte[] write, byte[] read);
    }
}
