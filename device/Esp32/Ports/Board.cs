using nanoFramework.Hardware.Esp32;

namespace JkFleet.Board
{
    /// <summary>
    /// The wiring that <c>device/README.md</c> draws, in one place. Another board is another set of these numbers.
    /// COM1 is UART0 and belongs to the runtime's own wire protocol, so the BMS is on COM2.
    /// </summary>
    public static class Board
    {
        /// <summary>Name in artifacts and messages.</summary>
        public const string Name = "esp32";

        /// <summary>UART to the BMS.</summary>
        public const string BmsPort = "COM2";

        /// <summary>UART transmit pin, to the BMS's RX, on a module with PSRAM: it has its memory on 16 and 17.</summary>
        public const int BmsTxPin = 27;

        /// <summary>UART receive pin, from the BMS's TX, on a module with PSRAM.</summary>
        public const int BmsRxPin = 26;

        /// <summary>UART transmit pin of the origin's wiring, for a module without PSRAM.</summary>
        public const int OriginBmsTxPin = 17;

        /// <summary>UART receive pin of the origin's wiring.</summary>
        public const int OriginBmsRxPin = 16;

        /// <summary>Status light.</summary>
        public const int LightPin = 2;

        /// <summary>BOOT button: held for five seconds, everything is forgotten.</summary>
        public const int ButtonPin = 0;

        /// <summary>SPI bus of the MCP2515.</summary>
        public const int CanBus = 1;

        /// <summary>SPI data to the MCP2515 (SI).</summary>
        public const int CanMosiPin = 23;

        /// <summary>SPI data from the MCP2515 (SO).</summary>
        public const int CanMisoPin = 19;

        /// <summary>SPI clock.</summary>
        public const int CanClockPin = 18;

        /// <summary>SPI select (CS).</summary>
        public const int CanSelectPin = 5;

        /// <summary>SPI clock rate, Hz; the chip bears 10 MHz, long jumper wires do not.</summary>
        public const int CanClockHz = 4_000_000;

        /// <summary>Crystal of the usual blue MCP2515 module, Hz. Some carry 16 MHz: read the can.</summary>
        public const int CanCrystalHz = 8_000_000;

        /// <summary>Bit rate that Pylontech inverters speak.</summary>
        public const int CanBitsPerSecond = 500_000;

        /// <summary>I2C bus of the display.</summary>
        public const int DisplayBus = 1;

        /// <summary>Address of the display; a few modules have 0x3D.</summary>
        public const int DisplayAddress = 0x3C;

        /// <summary>I2C data (SDA).</summary>
        public const int DisplayDataPin = 21;

        /// <summary>I2C clock (SCL).</summary>
        public const int DisplayClockPin = 22;

        /// <summary>Internal drive of the flash file system.</summary>
        public const string Drive = "I:\\";

        /// <summary>The runtime has found PSRAM.</summary>
        public static bool HasPsram()
        {
            uint total;
            uint free;
            uint largest;
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.SpiRam, out total, out free, out largest);
            return total > 0;
        }

        /// <summary>Gives the pins their work; before any port is opened.</summary>
        public static void Claim()
        {
            bool psram = HasPsram();
            Configuration.SetPinFunction(psram ? BmsTxPin : OriginBmsTxPin, DeviceFunction.COM2_TX);
            Configuration.SetPinFunction(psram ? BmsRxPin : OriginBmsRxPin, DeviceFunction.COM2_RX);
            Configuration.SetPinFunction(CanMosiPin, DeviceFunction.SPI1_MOSI);
            Configuration.SetPinFunction(CanMisoPin, DeviceFunction.SPI1_MISO);
            Configuration.SetPinFunction(CanClockPin, DeviceFunction.SPI1_CLOCK);
            Configuration.SetPinFunction(DisplayDataPin, DeviceFunction.I2C1_DATA);
            Configuration.SetPinFunction(DisplayClockPin, DeviceFunction.I2C1_CLOCK);
        }
    }
}
