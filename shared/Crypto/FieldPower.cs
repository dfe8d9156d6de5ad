namespace JkFleet.Crypto
{
    /// <summary>
    /// Raises a number to one of the two long powers that Ed25519 needs, a few multiplications at a time:
    /// p - 2 (the inverse) and (p - 5) / 8 (towards the square root). Both share the way to 2^250 - 1.
    /// </summary>
    internal sealed class FieldPower
    {
        private const int Columns = 4;
        private const int None = 255;

        // Row: target = source squared so often, times factor. Register 0 is the base; the remarks give the exponent.
        private readonly byte[] _program =
        {
            1, 0, 1, None,  // 2
            2, 1, 2, 0,     // 9
            1, 1, 0, 2,     // 11
            3, 1, 1, 2,     // 31 = 2^5 - 1
            2, 3, 5, 3,     // 2^10 - 1
            3, 2, 10, 2,    // 2^20 - 1
            4, 3, 20, 3,    // 2^40 - 1
            3, 4, 10, 2,    // 2^50 - 1
            4, 3, 50, 3,    // 2^100 - 1
            5, 4, 100, 4,   // 2^200 - 1
            4, 5, 50, 3,    // 2^250 - 1
            5, 4, 5, 1,     // 2^255 - 21 = p - 2
            5, 4, 2, 0,     // 2^252 - 3 = (p - 5) / 8
        };

        private const int InverseRow = 11;
        private const int RootRow = 12;

        private readonly int[][] _registers = new int[6][];
        private readonly int[] _running = new int[Field25519.Limbs];
        private int _row;
        private int _lastRow;
        private int _squared;

        public FieldPower()
        {
            for (int i = 0; i < _registers.Length; i++) _registers[i] = new int[Field25519.Limbs];
        }

        /// <summary>The result, after <see cref="Step"/> said so.</summary>
        public int[] Result
        {
            get { return _registers[5]; }
        }

        /// <summary>Starts.</summary>
        /// <param name="value">The base; copied.</param>
        /// <param name="inverse">True for the power p - 2, false for (p - 5) / 8.</param>
        public void Begin(int[] value, bool inverse)
        {
            Field25519.Copy(_registers[0], value);
            _row = 0;
            _lastRow = inverse ? InverseRow : RootRow;
            _squared = 0;
        }

        /// <summary>Does one multiplication or squaring.</summary>
        /// <returns>True when the power is complete.</returns>
        public bool Step()
        {
            int at = _row * Columns;
            int[] source = _squared == 0 ? _registers[_program[at + 1]] : _running;
            if (_squared < _program[at + 2])
            {
                Field25519.Square(_running, source);
                _squared++;
                if (_squared < _program[at + 2] || _program[at + 3] != None) return false;
                Field25519.Copy(_registers[_program[at]], _running);
            }
            else
            {
                Field25519.Mul(_registers[_program[at]], source, _registers[_program[at + 3]]);
            }

            _squared = 0;
            if (_row == _lastRow) return true;
            _row = _row + 1 == InverseRow ? _lastRow : _row + 1;
            return false;
        }
    }
}
