using System;

namespace JkFleet.Agent.Mcp2515
{
    /// <summary>
    /// Bit timing of the MCP2515 (data sheet DS20001801, section 5): one time quantum is 2 (BRP + 1) crystal periods, one bit is
    /// 1 (sync) + propagation + phase 1 + phase 2 quanta, sampled before phase 2.
    /// </summary>
    public sealed class Mcp2515Timing
    {
        private const int MostPrescaler = 63;
        private const int FewestQuanta = 8;
        private const int MostQuanta = 25;
        private const int MostSegment = 8;

        /// <summary>Prescaler BRP, 0..63.</summary>
        public readonly int Prescaler;

        /// <summary>Propagation segment, quanta 1..8.</summary>
        public readonly int Propagation;

        /// <summary>Phase segment 1, quanta 1..8.</summary>
        public readonly int Phase1;

        /// <summary>Phase segment 2, quanta 2..8.</summary>
        public readonly int Phase2;

        /// <summary>Synchronisation jump width, quanta 1..4, below <see cref="Phase2"/>.</summary>
        public readonly int Jump;

        /// <summary>
        /// The timing with the most quanta that hits the bit rate exactly, sampled at three quarters of the bit: the middle of
        /// what inverters and JK units use.
        /// </summary>
        /// <param name="crystalHz">Crystal of the module: 8 or 16 MHz on what is sold; read it on the can.</param>
        /// <param name="bitsPerSecond">Bit rate, e.g. 500,000.</param>
        /// <exception cref="ArgumentException">No exact timing exists.</exception>
        public Mcp2515Timing(int crystalHz, int bitsPerSecond)
        {
            for (int brp = 0; brp <= MostPrescaler; brp++)
            {
                int divisor = 2 * (brp + 1) * bitsPerSecond;
                if (crystalHz % divisor != 0) continue;
                int quanta = crystalHz / divisor;
                if (quanta < FewestQuanta || quanta > MostQuanta) continue;

                Phase2 = quanta / 4;
                int before = quanta - 1 - Phase2;
                Propagation = before / 2 > MostSegment ? MostSegment : before / 2;
                Phase1 = before - Propagation;
                if (Phase1 > MostSegment) continue;
                Prescaler = brp;
                Jump = Phase2 > 2 ? 2 : 1;
                return;
            }

            throw new ArgumentException("no exact bit timing for this crystal");
        }

        /// <summary>Register CNF1: jump width and prescaler.</summary>
        public byte Cnf1
        {
            get { return (byte)(((Jump - 1) << 6) | Prescaler); }
        }

        /// <summary>Register CNF2: phase 2 by CNF3 (BTLMODE), one sample, phase 1, propagation.</summary>
        public byte Cnf2
        {
            get { return (byte)(0x80 | ((Phase1 - 1) << 3) | (Propagation - 1)); }
        }

        /// <summary>Register CNF3: phase 2.</summary>
        public byte Cnf3
        {
            get { return (byte)(Phase2 - 1); }
        }
    }
}
