using System;
using JkFleet.Agent.Ports;

namespace JkFleet.Board
{
    /// <summary>
    /// The generator of the ESP32: this runtime's <see cref="Random"/> takes no seed there but calls <c>esp_random</c>, which is
    /// fed by the radio's noise once Wi-Fi is on. Nothing secret is drawn before.
    /// </summary>
    public sealed class HardwareRandom : IRandomPort
    {
        private readonly Random _random = new Random();

        /// <inheritdoc/>
        public void Fill(byte[] buffer)
        {
            _random.NextBytes(buffer);
        }
    }
}
