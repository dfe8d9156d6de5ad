using System.Text;

namespace JkFleet.Contracts
{
    /// <summary>
    /// Reads nanoFramework 1.x assemblies (.pe, or several of them one after the other as the toolchain's .bin): checks their
    /// CRCs and learns names, versions and what they need from elsewhere, so that a build for another runtime is refused
    /// before it reaches a board. The layout of the 124-byte header is that of CLR_RECORD_ASSEMBLY with the marker NFMRK1.
    /// </summary>
    public sealed class NanoImage
    {
        /// <summary>Most assemblies in one file.</summary>
        public const int MostAssemblies = 32;

        private const int HeaderBytes = 124;
        private const int AssemblyRefBytes = 12;
        private const int HeaderCrcAt = 8;
        private const int AssemblyCrcAt = 12;
        private const int NativeChecksumAt = 20;
        private const int VersionAt = 28;
        private const int NameAt = 36;
        private const int TablesAt = 40;
        private const int AssemblyRefTable = 0;
        private const int StringsTable = 11;
        private const int EndOfAssembly = 15;

        // The metadata processor keeps frequent names out of the string table and writes 0xFFFF minus their place in a fixed
        // list instead. Of those only this one names an assembly.
        private const int MscorlibId = 0xFFFF - 0x032D;

        /// <summary>Assemblies inside.</summary>
        public int Count { get; private set; }

        /// <summary>Their names.</summary>
        public readonly string[] Names = new string[MostAssemblies];

        /// <summary>Their versions, packed (<see cref="FirmwareVersion.AssemblyText"/>).</summary>
        public readonly long[] Versions = new long[MostAssemblies];

        /// <summary>Their sizes, bytes.</summary>
        public readonly int[] Sizes = new int[MostAssemblies];

        /// <summary>Checksums of their native parts; 0 for managed code alone.</summary>
        public readonly uint[] NativeChecksums = new uint[MostAssemblies];

        /// <summary>Assemblies needed that are not inside.</summary>
        public int NeedCount { get; private set; }

        /// <summary>Their names.</summary>
        public readonly string[] NeedNames = new string[MostAssemblies];

        /// <summary>The versions asked for.</summary>
        public readonly long[] NeedVersions = new long[MostAssemblies];

        /// <summary>Why <see cref="TryRead"/> said no, for people; "" otherwise.</summary>
        public string Fault { get; private set; } = "";

        /// <summary>True when the file begins like a nano assembly of either generation.</summary>
        /// <param name="file">The file from index 0.</param>
        /// <param name="count">Its length.</param>
        public static bool LooksLikeOne(byte[] file, int count)
        {
            return count >= HeaderBytes && (HasMarker(file, 0, '1') || HasMarker(file, 0, '2'));
        }

        /// <summary>Reads the whole file.</summary>
        /// <param name="file">The file from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <returns>False when anything is damaged or unknown; <see cref="Fault"/> says what.</returns>
        public bool TryRead(byte[] file, int count)
        {
            Count = 0;
            NeedCount = 0;
            Fault = "";
            int at = 0;
            while (at < count)
            {
                int size = ReadHeader(file, at, count);
                if (size < 0) return false;
                // In a bundle each assembly begins at a multiple of four.
                at += (size + 3) & ~3;
            }

            // Needs are gathered last: an assembly may stand behind the one that needs it.
            at = 0;
            for (int i = 0; i < Count; i++)
            {
                if (!ReadNeeds(file, at)) return false;
                at += (Sizes[i] + 3) & ~3;
            }

            return Count > 0 || Refuse("empty");
        }

        private int ReadHeader(byte[] file, int at, int count)
        {
            if (count - at < HeaderBytes)
            {
                Refuse("ends within a header");
                return -1;
            }

            if (!HasMarker(file, at, '1'))
            {
                Refuse(HasMarker(file, at, '2') ? "built for the 2.x runtime (NFMRK2)" : "no NFMRK1 marker");
                return -1;
            }

            long size = U32(file, at + TablesAt + (4 * EndOfAssembly));
            if (size < HeaderBytes || size > count - at)
            {
                Refuse("ends before its last table");
                return -1;
            }

            long before = HeaderBytes;
            for (int table = 0; table < EndOfAssembly; table++)
            {
                long start = U32(file, at + TablesAt + (4 * table));
                if (start >= before && start <= size)
                {
                    before = start;
                    continue;
                }

                Refuse("tables out of order");
                return -1;
            }

            if (Crc(file, at, HeaderBytes, HeaderCrcAt) != U32(file, at + HeaderCrcAt))
            {
                Refuse("header CRC is wrong");
                return -1;
            }

            if (Crc(file, at + HeaderBytes, (int)size - HeaderBytes, -1) != U32(file, at + AssemblyCrcAt))
            {
                Refuse("assembly CRC is wrong");
                return -1;
            }

            string? name = Name(file, at, U16(file, at + NameAt));
            if (name == null || Count == MostAssemblies)
            {
                Refuse(name == null ? "a name is outside the string table" : "too many assemblies");
                return -1;
            }

            Names[Count] = name;
            Versions[Count] = Version(file, at + VersionAt);
            Sizes[Count] = (int)size;
            NativeChecksums[Count] = (uint)U32(file, at + NativeChecksumAt);
            Count++;
            return (int)size;
        }

        private bool ReadNeeds(byte[] file, int at)
        {
            int from = at + (int)U32(file, at + TablesAt + (4 * AssemblyRefTable));
            int to = at + (int)U32(file, at + TablesAt + (4 * (AssemblyRefTable + 1)));
            // The table is padded to four bytes, never by a whole record.
            for (int record = from; record + AssemblyRefBytes <= to; record += AssemblyRefBytes)
            {
                string? name = Name(file, at, U16(file, record));
                if (name == null) return Refuse("a name is outside the string table");
                if (IndexOf(Names, Count, name) >= 0) continue;
                long version = Version(file, record + 4);
                int known = IndexOf(NeedNames, NeedCount, name);
                if (known >= 0)
                {
                    if (!FirmwareVersion.SameMajorMinor(NeedVersions[known], version)) return Refuse("asks for two versions of " + name);
                    if (version > NeedVersions[known]) NeedVersions[known] = version;
                    continue;
                }

                if (NeedCount == FirmwareManifest.MostAssemblies) return Refuse("needs too many assemblies");
                NeedNames[NeedCount] = name;
                NeedVersions[NeedCount] = version;
                NeedCount++;
            }

            return true;
        }

        private static string? Name(byte[] file, int at, int id)
        {
            if (id == MscorlibId) return "mscorlib";
            int from = at + (int)U32(file, at + TablesAt + (4 * StringsTable)) + id;
            int to = at + (int)U32(file, at + TablesAt + (4 * (StringsTable + 1)));
            int length = 0;
            while (from + length < to && file[from + length] != 0)
            {
                byte c = file[from + length];
                if (c <= ' ' || c > '~') return null;
                length++;
            }

            if (length == 0 || length > FirmwareManifest.MostNameBytes || from + length >= to) return null;
            return Encoding.UTF8.GetString(file, from, length);
        }

        // Polynomial 04C11DB7, most significant bit first, from 0, not inverted; bitwise, since it runs once per build.
        private static uint Crc(byte[] file, int at, int count, int zeroAt)
        {
            uint crc = 0;
            for (int i = 0; i < count; i++)
            {
                byte b = zeroAt >= 0 && i >= zeroAt && i < zeroAt + 4 ? (byte)0 : file[at + i];
                crc ^= (uint)b << 24;
                for (int bit = 0; bit < 8; bit++) crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ 0x04C11DB7 : crc << 1;
            }

            return crc;
        }

        private static bool HasMarker(byte[] file, int at, char generation)
        {
            for (int i = 0; i < 5; i++)
                if (file[at + i] != (byte)"NFMRK"[i]) return false;
            return file[at + 5] == (byte)generation && file[at + 6] == 0 && file[at + 7] == 0;
        }

        private static long Version(byte[] file, int at)
        {
            return ((long)(U16(file, at) & 0x7FFF) << 48) | ((long)U16(file, at + 2) << 32) | ((long)U16(file, at + 4) << 16) | (long)U16(file, at + 6);
        }

        private static int U16(byte[] file, int at)
        {
            return file[at] | (file[at + 1] << 8);
        }

        private static long U32(byte[] file, int at)
        {
            return (long)(uint)(file[at] | (file[at + 1] << 8) | (file[at + 2] << 16) | (file[at + 3] << 24));
        }

        private static int IndexOf(string[] names, int count, string name)
        {
            for (int i = 0; i < count; i++)
                if (names[i] == name) return i;
            return -1;
        }

        private bool Refuse(string fault)
        {
            Fault = fault;
            Count = 0;
            NeedCount = 0;
            return false;
        }
    }
}
