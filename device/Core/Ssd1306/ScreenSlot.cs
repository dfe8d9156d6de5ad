using System.Threading;

namespace JkFleet.Agent.Ssd1306
{
    /// <summary>
    /// One screen of text on its way from the control loop to the thread that draws. Neither waits: while the other side has the
    /// buffer, the loop keeps its screen and the drawer its picture.
    /// </summary>
    public sealed class ScreenSlot
    {
        private const int Free = 0;
        private const int Full = 1;

        private readonly byte[] _screen = new byte[Ssd1306Display.ScreenBytes];
        private int _state;

        /// <summary>Control loop: the buffer to fill, then <see cref="Put"/>; null while the last screen was not taken.</summary>
        public byte[]? Writing
        {
            get { return Interlocked.CompareExchange(ref _state, Free, Free) == Free ? _screen : null; }
        }

        /// <summary>Control loop: hands the filled buffer over.</summary>
        public void Put()
        {
            Interlocked.Exchange(ref _state, Full);
        }

        /// <summary>Drawer: copies a waiting screen out.</summary>
        /// <param name="into">Receives <see cref="Ssd1306Display.ScreenBytes"/> characters.</param>
        /// <returns>False when there is none.</returns>
        public bool Take(byte[] into)
        {
            if (Interlocked.CompareExchange(ref _state, Full, Full) != Full) return false;
            for (int i = 0; i < _screen.Length; i++) into[i] = _screen[i];
            Interlocked.Exchange(ref _state, Free);
            return true;
        }
    }
}
