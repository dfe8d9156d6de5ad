using System.Device.Gpio;
using JkFleet.Agent.Signals;

namespace JkFleet.Board
{
    /// <summary>The light and the button.</summary>
    public sealed class Panel
    {
        private readonly GpioPin _light;
        private readonly GpioPin _button;
        private readonly ButtonWatch _watch = new ButtonWatch();

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

        /// <summary>Somebody holds the button; the light should say that it is seen.</summary>
        public bool Holding
        {
            get { return _watch.Holding; }
        }

        /// <summary>Looks at the button; call often.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <returns>True once, after a hold of <see cref="ButtonWatch.HoldMs"/>: forget everything.</returns>
        public bool ResetWanted(long nowMs)
        {
            return _watch.Step(_button.Read() == PinValue.Low, nowMs);
        }
    }
}
