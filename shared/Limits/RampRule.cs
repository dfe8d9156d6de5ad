namespace JkFleet.Limits
{
    /// <summary>
    /// One ramp: straight lines between points of (scale value, current). Below the first point the first current holds,
    /// above the last the last. The result is rounded down to 0.1 A, what the wire can say: never above the line.
    /// </summary>
    public sealed class RampRule
    {
        /// <summary>Fewest points of a ramp in use.</summary>
        public const int MinPoints = 2;

        /// <summary>Most points of a ramp.</summary>
        public const int MaxPoints = 16;

        /// <summary>What the scale means.</summary>
        public readonly RampSource Source;

        /// <summary>Points in use; 0 = the ramp is not there.</summary>
        public int Count;

        /// <summary>Scale values, strictly increasing, in the unit of <see cref="Source"/>.</summary>
        public readonly int[] Scale = new int[MaxPoints];

        /// <summary>Current at each scale value, mA, 0 or more.</summary>
        public readonly int[] LimitMa = new int[MaxPoints];

        /// <summary>A ramp without points.</summary>
        /// <param name="source">What it looks at.</param>
        public RampRule(RampSource source)
        {
            Source = source;
        }

        /// <summary>Appends a point; the seventeenth is dropped (<see cref="ProfileRules"/> sees the points before they count).</summary>
        /// <param name="scale">Scale value, above the last one.</param>
        /// <param name="limitMa">Current there, mA.</param>
        public void Add(int scale, int limitMa)
        {
            if (Count >= MaxPoints) return;
            Scale[Count] = scale;
            LimitMa[Count] = limitMa;
            Count++;
        }

        /// <summary>Current at a scale value, mA, a multiple of 100.</summary>
        /// <param name="value">In the unit of <see cref="Source"/>.</param>
        /// <returns>0 for a ramp without points.</returns>
        public int LimitAt(int value)
        {
            int last = Count - 1;
            if (last < 0) return 0;
            if (value <= Scale[0]) return RampEngine.Whole(LimitMa[0]);
            if (value >= Scale[last]) return RampEngine.Whole(LimitMa[last]);
            int i = 1;
            while (Scale[i] < value) i++;
            // Everything over the common divisor first, one rounding at the end: the origin's C division was up to 1 A high.
            long width = (long)Scale[i] - Scale[i - 1];
            long beyond = (long)value - Scale[i - 1];
            long area = (LimitMa[i - 1] * width) + (((long)LimitMa[i] - LimitMa[i - 1]) * beyond);
            return (int)(area / (width * RampEngine.StepMa)) * RampEngine.StepMa;
        }

        /// <summary>Copies the points.</summary>
        /// <param name="into">A ramp of the same source.</param>
        public void CopyTo(RampRule into)
        {
            into.Count = Count;
            for (int i = 0; i < Count; i++)
            {
                into.Scale[i] = Scale[i];
                into.LimitMa[i] = LimitMa[i];
            }
        }
    }
}
