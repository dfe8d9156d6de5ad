using System;
using System.IO;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;

namespace JkFleet.Board
{
    /// <summary>The two places per record, as files of the flash drive; <see cref="JkFleet.Agent.Store.TwoCopyStore"/> makes them safe.</summary>
    public sealed class FlashStore : IRawStore
    {
        private const string Ending = ".rec";

        /// <inheritdoc/>
        public int Read(string name, int copy, byte[] buffer)
        {
            try
            {
                string path = PathOf(name, copy);
                if (!File.Exists(path)) return -1;
                using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read))
                {
                    int length = (int)file.Length;
                    if (length > buffer.Length) return -1;
                    int read = 0;
                    while (read < length)
                    {
                        int count = file.Read(buffer, read, length - read);
                        if (count <= 0) return -1;
                        read += count;
                    }

                    return length;
                }
            }
            catch (IOException)
            {
                return -1; // the other copy is asked next
            }
        }

        /// <inheritdoc/>
        public bool Write(string name, int copy, byte[] buffer, int count)
        {
            try
            {
                using (FileStream file = new FileStream(PathOf(name, copy), FileMode.Create, FileAccess.Write))
                {
                    file.Write(buffer, 0, count);
                    file.Flush();
                }

                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        /// <summary>Factory reset: every record of the owner goes (<see cref="FactoryReset"/>), what belongs to the board stays.</summary>
        public static void Erase()
        {
            string[] files = Directory.GetFiles(Board.Drive);
            for (int i = 0; i < files.Length; i++)
            {
                int from = files[i].LastIndexOf('\\') + 1;
                int to = files[i].Length - Ending.Length - 1; // the copy's number stands before the ending
                if (!files[i].EndsWith(Ending) || to <= from) continue;
                if (!FactoryReset.Keeps(files[i].Substring(from, to - from))) File.Delete(files[i]);
            }
        }

        private static string PathOf(string name, int copy)
        {
            return Board.Drive + name + copy.ToString() + Ending;
        }
    }
}
