namespace JkFleet.Agent.Ssd1306
{
    /// <summary>One device on an I2C bus. Real: the board's I2C; in tests: the chip itself.</summary>
    public interface II2cBus
    {
        /// <summary>Sends one message: start, address, every byte of the array, stop.</summary>
        /// <param name="message">The bytes.</param>
        /// <returns>False when the device did not acknowledge all of them: not there, unplugged, or a disturbed bus.</returns>
        bool Write(byte[] message);
    }
}
