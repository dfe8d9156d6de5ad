using JkFleet.Agent.Judgement;
using JkFleet.Contracts;

namespace JkFleet.Agent.Signals
{
    /// <summary>What the one light of a board says; the most urgent wins.</summary>
    public enum LightCode
    {
        /// <summary>On, with a wink every three seconds: all well.</summary>
        Well = 0,
        /// <summary>One flash: no BMS.</summary>
        NoBms = 1,
        /// <summary>Two flashes: the inverter is not heard, or the bus is off.</summary>
        NoInverter = 2,
        /// <summary>Three flashes: no server. The battery works.</summary>
        NoServer = 3,
        /// <summary>Four flashes: maintenance.</summary>
        Maintenance = 4,
        /// <summary>Five flashes: an alarm of the BMS forbids a direction.</summary>
        Alarm = 5,
        /// <summary>Quick flicker: "I am here".</summary>
        Identify = 6,
    }

    /// <summary>The light as a pure function of state and time: flashes to count, then a pause, in a beat of three seconds.</summary>
    public static class StatusLight
    {
        /// <summary>Length of a beat, ms.</summary>
        public const int BeatMs = 3000;

        /// <summary>A flash, and the dark after it, ms.</summary>
        public const int FlashMs = 200;

        /// <summary>What is to be said.</summary>
        /// <param name="agent">The agent.</param>
        /// <param name="connected">The server is there, or none is wanted.</param>
        public static LightCode CodeOf(Agent agent, bool connected)
        {
            if (agent.Commands.Identifying) return LightCode.Identify;
            if (agent.Memory.Maintenance) return LightCode.Maintenance;
            if (agent.Freshness.State != ReadingState.Good) return LightCode.NoBms;
            if (agent.Limits.ChargeReason == Limits.LimitReason.BmsAlarm || agent.Limits.DischargeReason == Limits.LimitReason.BmsAlarm) return LightCode.Alarm;
            if (agent.Report.Inverter != LinkState.Ok) return LightCode.NoInverter;
            return connected ? LightCode.Well : LightCode.NoServer;
        }

        /// <summary>Is the light on at this moment?</summary>
        /// <param name="code">What is said.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        public static bool IsOn(LightCode code, long nowMs)
        {
            int beat = (int)(nowMs % BeatMs);
            if (beat < 0) beat += BeatMs;
            if (code == LightCode.Well) return beat >= 100;
            if (code == LightCode.Identify) return beat / 100 % 2 == 0;
            return beat / FlashMs % 2 == 0 && beat / (2 * FlashMs) < (int)code;
        }
    }
}
