using System;
using System.IO;
using JkFleet.Agent.Update;

namespace JkFleet.Board
{
    /// <summary>The two slots for agent builds, as files of the flash drive.</summary>
    public sealed class FlashSlots : IFirmwareSlots
    {
        /// <summary>
        /// Largest build. It is loaded into RAM whole and stays there: it must fit in one piece of the managed heap, beside all that the
        /// deployment made before it.
        /// </summary>
        public const int MostBuildBytes = 48 * 1024;

        private FileStream? _file;

        /// <inheritdoc/>
        public int MostBytes
        {
            get { return MostBuildBytes; }
        }

        /// <summary>File of a slot.</summary>
        /// <param name="slot">0 or 1.</param>
        public static string PathOf(int slot)
        {
            return Board.Drive + "slot" + slot.ToString() + ".bin";
        }

        /// <inheritdoc/>
        public bool Begin(int slot, int bytes)
        {
            try
            {
                Close();
                _file = new FileStream(PathOf(slot), FileMode.Create, FileAccess.Write);
                return bytes <= MostBuildBytes;
            }
            catch (IOException)
            {
                return false;
            }
        }

        /// <inheritdoc/>
        public bool Write(byte[] buffer, int offset, int count)
        {
            try
            {
                if (_file == null) return false;
                _file.Write(buffer, offset, count);
                return true;
            }
            catch (IOException)
            {
                Close();
                return false;
            }
        }

        /// <inheritdoc/>
        public bool Finish()
        {
            try
            {
                if (_file == null) return false;
                _file.Flush();
                Close();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        private void Close()
        {
            if (_file != null) _file.Dispose();
            _file = null;
        }
    }
}
