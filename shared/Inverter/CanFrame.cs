namespace JkFleet.Inverter
{
    /// <summary>One CAN 2.0 data frame, reused in place (a class: mutable structs alias on the board).</summary>
    public sealed class CanFrame
    {
        /// <summary>Identifier, 11 or 29 bits.</summary>
        public int Id;

        /// <summary>True for a 29-bit identifier.</summary>
        public bool Extended;

        /// <summary>Data length, 0..8.</summary>
        public int Length;

        /// <summary>Data bytes; only the first <see cref="Length"/> count.</summary>
        public readonly byte[] Data = new byte[8];

        /// <summary>Makes this an empty frame of the given id: all eight data bytes 0.</summary>
        /// <param name="id">11- or 29-bit identifier.</param>
        /// <param name="extended">True for 29 bits.</param>
        /// <param name="length">0..8.</param>
        public void Reset(int id, bool extended, int length)
        {
            Id = id;
            Extended = extended;
            Length = length;
            for (int i = 0; i < 8; i++) Data[i] = 0;
        }

        /// <summary>Copies id, kind, length and data.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(CanFrame into)
        {
            into.Id = Id;
            into.Extended = Extended;
            into.Length = Length;
            for (int i = 0; i < 8; i++) into.Data[i] = Data[i];
        }
    }
}
