using System.Device.Gpio;

namespace JkFleet.Board
{
    /// <summary>The light and the button.</summary>
    public sealed class Panel
    {
        /// <summary>Holding the button so long forgets everything, ms.</summary>
        public const int ResetHoldMs = 5000;

        private readonly GpioPin _light;
        private readonly GpioPin _button;
        private bool _held;
        private long _heldSinceMs;

        /// <summary>Opens both pins.</summary>
        public Panel()
        {
            GpioController gpio = new GpioController();
            _light = gpio.OpenPin(Board.LightPin, PinMode.Output);
            _button = gpio.OpenPin(Board.ButtonPin, PinMode.InputPullUp);
        }

        /// <summary>Switches the light.</summary>
        /// <param name="on">True for on.</param>
        public void Show(bool on)
        {
            _light.Write(on ? PinValue.High : PinValue.Low);
        }

        /// <summary>True once the button was held for <see cref="ResetHoldMs"/>.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        public bool ResetWanted(long nowMs)
        {
            bool down = _button.Read() == PinValue.Low;
            if (down && !_held) _heldSinceMs = nowMs;
            _held = down;
            return down && nowMs - _heldSinceMs >= ResetHoldMs;
        }
    }
}
