using System;
using System.Device.I2c;
using JkFleet.Agent.Ssd1306;

namespace JkFleet.Board
{
    /// <summary>The I2C bus to the display. A board without one is a board whose display does not acknowledge.</summary>
    public sealed class I2cDisplayBus : II2cBus
    {
        private I2cDevice? _device;

        /// <inheritdoc/>
        public bool Write(byte[] message)
        {
            try
            {
                if (_device == null) _device = I2cDevice.Create(new I2cConnectionSettings(Board.DisplayBus, Board.DisplayAddress, I2cBusSpeed.FastMode));
                return _device.Write(message).Status == I2cTransferStatus.FullTransfer;
            }
            catch (Exception)
            {
                return false; // the driver counts it and asks again later
            }
        }
    }
}
