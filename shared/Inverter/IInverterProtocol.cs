using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>
    /// One battery protocol towards the inverter: turns what was decided into CAN frames, and hears the inverter.
    /// Pure: no port, no clock. It never decides a limit. Implementations: PylonLv, PylonHv.
    /// </summary>
    public interface IInverterProtocol
    {
        /// <summary>Name on command lines and in telemetry, e.g. <c>can-pylon-lv</c>.</summary>
        string Name { get; }

        /// <summary>Sets what the following frames say. Until the first call nothing is sent and nothing is answered.</summary>
        /// <param name="snapshot">Last valid reading (its voltage and SOC are kept while the BMS is silent).</param>
        /// <param name="limits">What was decided now.</param>
        void Update(BmsSnapshot snapshot, ChargeLimits limits);

        /// <summary>Next frame that is due now; call until it returns false. Paces itself (period, spacing, answers).</summary>
        /// <param name="nowMs">Monotonic agent clock.</param>
        /// <param name="frame">Filled when true is returned.</param>
        bool NextFrame(long nowMs, CanFrame frame);

        /// <summary>Takes one frame from the bus. Any frame of the inverter counts as a sign of life.</summary>
        /// <param name="frame">The frame; not kept.</param>
        /// <param name="nowMs">Monotonic agent clock.</param>
        void Receive(CanFrame frame, long nowMs);

        /// <summary>Frames heard from the inverter since start (wraps).</summary>
        int Heard { get; }

        /// <summary>Agent clock of the last frame heard; meaningless while <see cref="Heard"/> is 0.</summary>
        long LastHeardMs { get; }

        /// <summary>The inverter asked the battery to sleep (Pylontech HV 8200/55) and did not take it back.</summary>
        bool SleepRequested { get; }

        /// <summary>The inverter announced a silence (Pylontech HV 8240): it is no alarm before this agent clock. 0 = never announced.</summary>
        long SilenceMaskedUntilMs { get; }

        /// <summary>How this inverter wants it, and what its silence means.</summary>
        InverterDialect Dialect { get; }
    }
}
