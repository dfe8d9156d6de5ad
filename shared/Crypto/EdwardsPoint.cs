namespace JkFleet.Crypto
{
    /// <summary>
    /// A point of the curve of Ed25519 in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (Hisil, Wong, Carter, Dawson 2008,
    /// for a = -1). A class with its own limbs, made once and reused.
    /// </summary>
    internal sealed class EdwardsPoint
    {
        public readonly int[] X = new int[Field25519.Limbs];
        public readonly int[] Y = new int[Field25519.Limbs];
        public readonly int[] Z = new int[Field25519.Limbs];
        public readonly int[] T = new int[Field25519.Limbs];

        /// <summary>The neutral point (0, 1).</summary>
        public void SetNeutral()
        {
            Field25519.SetSmall(X, 0);
            Field25519.SetSmall(Y, 1);
            Field25519.SetSmall(Z, 1);
            Field25519.SetSmall(T, 0);
        }

        public void CopyFrom(EdwardsPoint p)
        {
            Field25519.Copy(X, p.X);
            Field25519.Copy(Y, p.Y);
            Field25519.Copy(Z, p.Z);
            Field25519.Copy(T, p.T);
        }
    }

    /// <summary>A point ready to be added: Y+X, Y-X, 2Z and 2dT.</summary>
    internal sealed class ReadyPoint
    {
        public readonly int[] Sum = new int[Field25519.Limbs];
        public readonly int[] Difference = new int[Field25519.Limbs];
        public readonly int[] Z2 = new int[Field25519.Limbs];
        public readonly int[] T2d = new int[Field25519.Limbs];
    }

    /// <summary>Adds and doubles points in its own working places. Unit bounds of <see cref="Field25519"/> stand beside each line.</summary>
    internal sealed class EdwardsCurve
    {
        /// <summary>Field multiplications of one doubling with T.</summary>
        public const int DoubleCost = 8;

        /// <summary>Field multiplications of one addition with T.</summary>
        public const int AddCost = 8;

        private readonly int[] _a = new int[Field25519.Limbs];
        private readonly int[] _b = new int[Field25519.Limbs];
        private readonly int[] _c = new int[Field25519.Limbs];
        private readonly int[] _e = new int[Field25519.Limbs];
        private readonly int[] _f = new int[Field25519.Limbs];
        private readonly int[] _g = new int[Field25519.Limbs];
        private readonly int[] _h = new int[Field25519.Limbs];

        // 2d, where d = -121665/121666.
        private readonly int[] _d2 = { 45281625, 27714825, 36363642, 13898781, 229458, 15978800, 54557047, 27058993, 29715967, 9444199 };

        /// <summary>p = 2p.</summary>
        /// <param name="p">Changed in place.</param>
        /// <param name="withT">False leaves T unset and saves a multiplication; only a doubling may follow.</param>
        public void Double(EdwardsPoint p, bool withT)
        {
            Field25519.Square(_a, p.X);                 // A = X^2
            Field25519.Square(_b, p.Y);                 // B = Y^2
            Field25519.Square(_c, p.Z);
            Field25519.Add(_c, _c, _c);                 // C = 2 Z^2        2 units
            Field25519.Add(_h, _a, _b);                 // H = A + B        2
            Field25519.Add(_e, p.X, p.Y);               //                  2
            Field25519.Square(_e, _e);
            Field25519.Sub(_e, _h, _e);                 // E = H - (X+Y)^2  3
            Field25519.Sub(_g, _a, _b);                 // G = A - B        2
            Field25519.Add(_f, _c, _g);                 // F = C + G        4
            Finish(p, withT);
        }

        /// <summary>p = p + q or p - q.</summary>
        /// <param name="p">Changed in place; its T must be set.</param>
        /// <param name="q">The other.</param>
        /// <param name="minus">True to subtract.</param>
        /// <param name="withT">False when only a doubling follows.</param>
        public void Add(EdwardsPoint p, ReadyPoint q, bool minus, bool withT)
        {
            Field25519.Sub(_a, p.Y, p.X);               //                  2 units
            Field25519.Add(_b, p.Y, p.X);               //                  2
            // -q has x and so T negated: sum and difference change places, 2dT its sign.
            Field25519.Mul(_a, _a, minus ? q.Sum : q.Difference);
            Field25519.Mul(_b, _b, minus ? q.Difference : q.Sum);
            Field25519.Mul(_c, p.T, q.T2d);
            Field25519.Mul(_g, p.Z, q.Z2);              // D
            Field25519.Sub(_e, _b, _a);                 // E = B - A        2
            Field25519.Add(_h, _b, _a);                 // H = B + A        2
            if (minus)
            {
                Field25519.Add(_f, _g, _c);             // F = D - C with C negated
                Field25519.Sub(_g, _g, _c);
            }
            else
            {
                Field25519.Sub(_f, _g, _c);             // F = D - C        2
                Field25519.Add(_g, _g, _c);             // G = D + C        2
            }

            Finish(p, withT);
        }

        /// <summary>Prepares a point for <see cref="Add"/>.</summary>
        public void Ready(ReadyPoint into, EdwardsPoint p)
        {
            Field25519.Add(into.Sum, p.Y, p.X);
            Field25519.Sub(into.Difference, p.Y, p.X);
            Field25519.Add(into.Z2, p.Z, p.Z);
            Field25519.Mul(into.T2d, p.T, _d2);
        }

        private void Finish(EdwardsPoint p, bool withT)
        {
            Field25519.Mul(p.X, _f, _e);                // at most 4 and 3 units
            Field25519.Mul(p.Y, _g, _h);
            Field25519.Mul(p.Z, _f, _g);
            if (withT) Field25519.Mul(p.T, _e, _h);
        }
    }
}
