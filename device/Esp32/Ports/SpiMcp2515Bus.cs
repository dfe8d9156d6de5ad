using System.Device.Spi;
using JkFleet.Agent.Mcp2515;

namespace JkFleet.Board
{
    /// <summary>The SPI bus to the MCP2515.</summary>
    public sealed class SpiMcp2515Bus : ISpiBus
    {
        private readonly SpiDevice _device;

        /// <summary>Opens the bus; the pins must be claimed.</summary>
        public SpiMcp2515Bus()
        {
            SpiConnectionSettings settings = new SpiConnectionSettings(Board.CanBus, Board.CanSelectPin);
            settings.ClockFrequency = Board.CanClockHz;
            settings.Mode = SpiMode.Mode0;
            settings.DataBitLength = 8;
            settings.DataFlow = DataFlow.MsbFirst;
            _device = SpiDevice.Create(settings);
        }

        /// <inheritdoc/>
        public void Transfer(byte[] write, byte[] read)
        {
            _device.TransferFullDuplex(write, read);
        }
    }
}
