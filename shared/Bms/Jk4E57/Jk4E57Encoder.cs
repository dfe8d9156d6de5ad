namespace JkFleet.Bms.Jk4E57
{
    /// <summary>Writes the frames that a BMS sends: byte-exact, into a caller's buffer, without garbage.</summary>
    public static class Jk4E57Encoder
    {
        /// <summary>The whole answer to a read-all: cell list, then every present register in ascending order.</summary>
        /// <param name="image">What the BMS has.</param>
        /// <param name="buffer">At least <see cref="Jk4E57Frame.MaxBytes"/>.</param>
        /// <returns>Bytes of the frame.</returns>
        public static int Answer(Jk4E57Image image, byte[] buffer)
        {
            return Answer(image, Jk4E57Frame.ReadAll, Jk4E57Frame.Reply, buffer);
        }

        /// <summary>The same with another command byte (some units answer 03) or transfer type (2 = unasked).</summary>
        /// <param name="image">What the BMS has.</param>
        /// <param name="command">Command byte.</param>
        /// <param name="transfer">Transfer byte.</param>
        /// <param name="buffer">At least <see cref="Jk4E57Frame.MaxBytes"/>.</param>
        /// <returns>Bytes of the frame.</returns>
        public static int Answer(Jk4E57Image image, byte command, byte transfer, byte[] buffer)
        {
            Head(buffer, command, transfer);
            int p = Jk4E57Frame.InfoAt;
            buffer[p++] = Jk4E57Registers.Cells;
            buffer[p++] = (byte)(3 * image.CellCount);
            for (int i = 0; i < image.CellCount; i++)
            {
                buffer[p++] = (byte)(i + 1);
                Bytes.PutU16Be(buffer, p, image.CellMv[i]);
                p += 2;
            }

            for (int id = Jk4E57Registers.First; id <= Jk4E57Registers.Last; id++)
            {
                if (!image.Has(id)) continue;
                buffer[p++] = (byte)id;
                p += image.Put(id, buffer, p);
            }

            return Jk4E57Frame.Seal(buffer, p - Jk4E57Frame.InfoAt);
        }

        /// <summary>The answer to a read or a write of one register: that register alone.</summary>
        /// <param name="image">What the BMS has.</param>
        /// <param name="command">Command byte of the request.</param>
        /// <param name="id">80..C0, present.</param>
        /// <param name="buffer">At least 64 bytes.</param>
        /// <returns>Bytes of the frame.</returns>
        public static int One(Jk4E57Image image, byte command, int id, byte[] buffer)
        {
            Head(buffer, command, Jk4E57Frame.Reply);
            buffer[Jk4E57Frame.InfoAt] = (byte)id;
            int bytes = image.Put(id, buffer, Jk4E57Frame.InfoAt + 1);
            return Jk4E57Frame.Seal(buffer, 1 + bytes);
        }

        private static void Head(byte[] b, byte command, byte transfer)
        {
            for (int i = 0; i < 4; i++) b[Jk4E57Frame.TerminalAt + i] = 0;
            b[Jk4E57Frame.CommandAt] = command;
            b[Jk4E57Frame.SourceAt] = Jk4E57Frame.FromBms;
            b[Jk4E57Frame.TransferAt] = transfer;
        }
    }
}
