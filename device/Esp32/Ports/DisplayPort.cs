using System;
using System.Threading;
using JkFleet.Agent.Network;
using JkFleet.Agent.Ssd1306;

namespace JkFleet.Board
{
    /// <summary>Draws on a thread of its own: a bus that hangs or a display that is not there stops nobody.</summary>
    public sealed class DisplayPort
    {
        private const int LookMs = 100;

        private readonly ScreenSlot _slot;
        private readonly BoardNetwork _network;
        private readonly BoardClock _clock;
        private readonly Ssd1306Display _display = new Ssd1306Display(new I2cDisplayBus());
        private readonly NetPage _page = new NetPage(Ssd1306Display.Lines, Ssd1306Display.Columns);
        private readonly byte[] _screen = new byte[Ssd1306Display.ScreenBytes];
        private readonly byte[] _setup = new byte[Ssd1306Display.ScreenBytes];

        /// <summary>A display; <see cref="Run"/> is the body of its thread.</summary>
        /// <param name="slot">What the control loop wants to be shown.</param>
        /// <param name="network">Knows how to get to the portal.</param>
        /// <param name="clock">The clock.</param>
        public DisplayPort(ScreenSlot slot, BoardNetwork network, BoardClock clock)
        {
            _slot = slot;
            _network = network;
            _clock = clock;
            for (int i = 0; i < _screen.Length; i++) _screen[i] = (byte)' ';
        }

        /// <summary>Rounds that failed.</summary>
        public int Faults { get; private set; }

        /// <summary>Body of the thread: never returns, never throws.</summary>
        public void Run()
        {
            while (true)
            {
                try
                {
                    _slot.Take(_screen);
                    bool setup = NetPage.IsDue(_network.Mode, _clock.NowMs);
                    if (setup) _page.Fill(_setup, _network.ApName, _network.ApKey, BoardNetwork.ApAddress);
                    _display.Show(setup ? _setup : _screen, _clock.NowMs);
                }
                catch (Exception)
                {
                    Faults++; // a picture less
                }

                Thread.Sleep(LookMs);
            }
        }
    }
}
