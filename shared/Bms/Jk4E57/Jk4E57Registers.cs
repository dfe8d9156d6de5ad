namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// The register list of a 4E57 reply, walked once and then read by id. Widths are fixed and not in the frame, so an id
    /// that we do not know makes everything behind it meaningless: the walk refuses, it never guesses (protocols.md 1.2).
    /// One instance is reused; it points into the caller's buffer and copies nothing.
    /// </summary>
    public sealed class Jk4E57Registers
    {
        /// <summary>Id of the cell list: a length byte, then number (u8) and voltage (u16 mV) per cell.</summary>
        public const int Cells = 0x79;

        /// <summary>Lowest plain register id.</summary>
        public const int First = 0x80;

        /// <summary>Highest plain register id.</summary>
        public const int Last = 0xC0;

        /// <summary>Widest register (BA), bytes.</summary>
        public const int MaxWidth = 24;

        // Widths of 80..C0 in bytes; 0 = not defined (88, 8D). protocols.md 1.2; the vendor PDF drops the rows 93-95.
        private static readonly byte[] Widths =
        {
            2, 2, 2, 2, 2, 1, 1, 2, 0, 4, 2, 2, 2, 0, 2, 2, // 80..8F
            2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2, // 90..9F
            2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 4, 1, 1, 2, 1, 1, // A0..AF
            2, 1, 10, 1, 8, 4, 4, 15, 1, 4, 24, 1, 1, 1, 2, 2, // B0..BF
            1, // C0
        };

        private readonly int[] _at = new int[Last - First + 1]; // offset inside the frame, 0 = absent
        private byte[] _frame = new byte[0];
        private int _start;
        private int _cellsAt;
        private int _cellCount;

        /// <summary>Why the last walk failed: <c>bad_cells</c>, <c>unknown_register</c>, <c>register_overrun</c>; "" = it did not.</summary>
        public string Refusal { get; private set; } = "";

        /// <summary>Id at which the last walk failed.</summary>
        public int RefusedId { get; private set; }

        /// <summary>Offset of that id from the start of the frame.</summary>
        public int RefusedAt { get; private set; }

        /// <summary>The frame has a cell list (it may be empty).</summary>
        public bool HasCells
        {
            get { return _cellsAt != 0; }
        }

        /// <summary>Cells in the list, 0..85 (a length byte allows more than any BMS has).</summary>
        public int CellCount
        {
            get { return _cellCount; }
        }

        /// <summary>Width of a register.</summary>
        /// <param name="id">Register id.</param>
        /// <returns>Bytes, or 0 for an id that is not defined.</returns>
        public static int Width(int id)
        {
            return id < First || id > Last ? 0 : Widths[id - First];
        }

        /// <summary>True for the ids that hold text.</summary>
        /// <param name="id">Register id.</param>
        public static bool IsText(int id)
        {
            return id == 0xB2 || id == 0xB4 || id == 0xB5 || id == 0xB7 || id == 0xBA;
        }

        /// <summary>Indexes the registers of an intact reply (<see cref="Jk4E57Frame.Check"/> said so).</summary>
        /// <param name="frame">Buffer; must stay unchanged while the registers are read.</param>
        /// <param name="offset">First byte of the frame.</param>
        /// <param name="count">Bytes of the frame.</param>
        /// <returns>False when the list must be refused; then <see cref="Refusal"/> says why and nothing is readable.</returns>
        public bool Walk(byte[] frame, int offset, int count)
        {
            _frame = frame;
            _start = offset;
            Forget();
            Refusal = "";
            int p = Jk4E57Frame.InfoAt;
            int end = count - Jk4E57Frame.TailBytes;
            while (p < end)
            {
                int id = frame[offset + p];
                int at = p;
                p++;
                if (id == Cells)
                {
                    int bytes = p < end ? frame[offset + p] : 1;
                    p++;
                    if (bytes % 3 != 0 || p + bytes > end) return Refuse("bad_cells", id, at);
                    _cellsAt = p;
                    _cellCount = bytes / 3;
                    p += bytes;
                    continue;
                }

                int width = Width(id);
                if (width == 0) return Refuse("unknown_register", id, at);
                if (p + width > end) return Refuse("register_overrun", id, at);
                _at[id - First] = p;
                p += width;
            }

            return true;
        }

        /// <summary>The frame carries this register.</summary>
        /// <param name="id">80..C0.</param>
        public bool Has(int id)
        {
            return _at[id - First] != 0;
        }

        /// <summary>Index of the register's first value byte in the frame's buffer; only when <see cref="Has"/>.</summary>
        /// <param name="id">80..C0.</param>
        public int IndexOf(int id)
        {
            return _start + _at[id - First];
        }

        /// <summary>Value of a register of up to four bytes, unsigned; 0 when absent.</summary>
        /// <param name="id">80..C0.</param>
        public uint Value(int id)
        {
            int at = _at[id - First];
            if (at == 0) return 0;
            int width = Widths[id - First];
            uint value = 0;
            for (int i = 0; i < width; i++) value = (value << 8) | _frame[_start + at + i];
            return value;
        }

        /// <summary>Voltage of a cell, mV.</summary>
        /// <param name="index">0..<see cref="CellCount"/> - 1, in the order of the frame.</param>
        public int CellMv(int index)
        {
            return Bytes.U16Be(_frame, _start + _cellsAt + (3 * index) + 1);
        }

        /// <summary>Number that the BMS gives a cell (1-based on all known units).</summary>
        /// <param name="index">0..<see cref="CellCount"/> - 1, in the order of the frame.</param>
        public int CellNo(int index)
        {
            return _frame[_start + _cellsAt + (3 * index)];
        }

        private bool Refuse(string why, int id, int at)
        {
            Forget();
            Refusal = why;
            RefusedId = id;
            RefusedAt = at;
            return false;
        }

        private void Forget()
        {
            for (int i = 0; i < _at.Length; i++) _at[i] = 0;
            _cellsAt = 0;
            _cellCount = 0;
        }
    }
}
