using System;
using System.IO.Ports;
using JkFleet.Agent.Ports;

namespace JkFleet.Board
{
    /// <summary>The UART to the BMS. A UART on a board cannot be unplugged; what can fail is opening it.</summary>
    public sealed class UartBmsPort : IBmsPort
    {
        private readonly SerialPort _port;

        /// <summary>Opens the port.</summary>
        /// <param name="bitsPerSecond">115,200 for 4E57 and JK02; PB units as they are set.</param>
        public UartBmsPort(int bitsPerSecond)
        {
            _port = new SerialPort(Board.BmsPort, bitsPerSecond, Parity.None, 8, StopBits.One);
            _port.ReadBufferSize = 1024;
            _port.Open();
        }

        /// <summary>Reads or writes that the driver refused.</summary>
        public int Faults { get; private set; }

        /// <inheritdoc/>
        public int Read(byte[] buffer)
        {
            try
            {
                int waiting = _port.BytesToRead;
                if (waiting == 0) return 0;
                return _port.Read(buffer, 0, waiting < buffer.Length ? waiting : buffer.Length);
            }
            catch (Exception)
            {
                Faults++;
                return -1;
            }
        }

        /// <inheritdoc/>
        public bool Write(byte[] buffer, int count)
        {
            try
            {
                _port.Write(buffer, 0, count);
                return true;
            }
            catch (Exception)
            {
                Faults++;
                return false;
            }
        }
    }
}
