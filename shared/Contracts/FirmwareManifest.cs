using System;
using System.Text;
using JkFleet.Crypto;

namespace JkFleet.Contracts
{
    /// <summary>
    /// What a signed artifact (.jkfw) says of itself, and the container's form. All numbers are little-endian:
    /// <code>
    ///  0  "JKFW"                       4 bytes
    ///  4  format, 1                    u8
    ///  5  0                            u8
    ///  6  manifest length              u16, at most <see cref="MostManifestBytes"/>
    ///  8  key id                       8 bytes: the first of the public key
    /// 16  manifest: name, board        u8 length + ASCII each
    ///               version, floor     u48 each (three u16, highest part first in rank)
    ///               contract           u16
    ///               expires            i64, ms since 1970 UTC, 0 = never
    ///               size               u32
    ///               SHA-256            32 bytes, of the payload
    ///               assemblies         u8 count, each u8 length + ASCII, u64 version: what a nano payload needs from the board
    ///  .  Ed25519 signature            64 bytes, over everything before it
    ///  .  payload                      size bytes, and nothing after it
    /// </code>
    /// The form has one spelling only, so that what was checked is what was signed.
    /// </summary>
    public sealed class FirmwareManifest
    {
        /// <summary>Bytes before the manifest.</summary>
        public const int HeadBytes = 16;

        /// <summary>Longest manifest.</summary>
        public const int MostManifestBytes = 1024;

        /// <summary>Longest part before the payload.</summary>
        public const int MostHeaderBytes = HeadBytes + MostManifestBytes + Ed25519Verify.SignatureBytes;

        /// <summary>Largest payload: 64 MiB, a self-contained agent for a PC.</summary>
        public const int MostPayloadBytes = 64 * 1024 * 1024;

        /// <summary>Bytes of a key id.</summary>
        public const int KeyIdBytes = 8;

        /// <summary>Longest name or board.</summary>
        public const int MostNameBytes = 48;

        /// <summary>Most assemblies that a payload may need.</summary>
        public const int MostAssemblies = 16;

        private const byte Format = 1;

        /// <summary>The key that signed, by its first bytes.</summary>
        public readonly byte[] KeyId = new byte[KeyIdBytes];

        /// <summary>What is inside, 1..48 printable ASCII, e.g. <c>jkagent</c>.</summary>
        public string Name = "";

        /// <summary>The board it is for, e.g. <c>esp32</c>.</summary>
        public string Board = "";

        /// <summary>Its version (<see cref="FirmwareVersion"/>).</summary>
        public long Version;

        /// <summary>Lowest version that may be installed after this one was confirmed (anti-rollback); at most <see cref="Version"/>.</summary>
        public long Floor;

        /// <summary>Contract version it speaks.</summary>
        public int Contract;

        /// <summary>May be installed until, ms since 1970 UTC; 0 = for ever.</summary>
        public long ExpiresUtcMs;

        /// <summary>Bytes of the payload, 1..<see cref="MostPayloadBytes"/>.</summary>
        public int Size;

        /// <summary>SHA-256 of the payload.</summary>
        public readonly byte[] Hash = new byte[Sha256.DigestBytes];

        /// <summary>Assemblies needed from the board; 0 for a payload that is no nano code.</summary>
        public int AssemblyCount;

        /// <summary>Their names.</summary>
        public readonly string[] AssemblyNames = new string[MostAssemblies];

        /// <summary>Their versions, four parts packed (<see cref="FirmwareVersion.AssemblyText"/>).</summary>
        public readonly long[] AssemblyVersions = new long[MostAssemblies];

        /// <summary>Length of the part before the payload, learnt by <see cref="TryParse"/> and <see cref="Write"/>.</summary>
        public int HeaderBytes { get; private set; }

        /// <summary>
        /// How long the part before the payload is, as far as its first bytes tell.
        /// </summary>
        /// <param name="buffer">Holds the beginning of the artifact from index 0.</param>
        /// <param name="count">Bytes there.</param>
        /// <param name="refusal">Set when the result is -1.</param>
        /// <returns>The length; <see cref="HeadBytes"/> while too little is there to tell; -1 = refused.</returns>
        public static int Length(byte[] buffer, int count, out FirmwareRefusal refusal)
        {
            refusal = FirmwareRefusal.None;
            for (int i = 0; i < 4 && i < count; i++)
            {
                if (buffer[i] == (byte)"JKFW"[i]) continue;
                refusal = FirmwareRefusal.NotFirmware;
                return -1;
            }

            if (count < HeadBytes) return HeadBytes;
            int manifest = buffer[6] | (buffer[7] << 8);
            if (buffer[4] != Format || buffer[5] != 0) refusal = FirmwareRefusal.UnknownFormat;
            else if (manifest > MostManifestBytes) refusal = FirmwareRefusal.Oversized;
            return refusal == FirmwareRefusal.None ? HeadBytes + manifest + Ed25519Verify.SignatureBytes : -1;
        }

        /// <summary>Reads the part before the payload. Says nothing about the signature.</summary>
        /// <param name="buffer">Holds it from index 0.</param>
        /// <param name="count">Bytes there; more than the part is fine.</param>
        /// <returns>None, or why not; then the fields are worth nothing.</returns>
        public FirmwareRefusal TryParse(byte[] buffer, int count)
        {
            FirmwareRefusal refusal;
            int length = Length(buffer, count, out refusal);
            if (length < 0) return refusal;
            if (count < HeadBytes || count < length) return FirmwareRefusal.Truncated;

            int end = length - Ed25519Verify.SignatureBytes;
            Array.Copy(buffer, 8, KeyId, 0, KeyIdBytes);
            int at = HeadBytes;
            string? name = ReadName(buffer, ref at, end);
            string? board = ReadName(buffer, ref at, end);
            const int Fixed = 6 + 6 + 2 + 8 + 4 + Sha256.DigestBytes + 1;
            if (name == null || board == null || end - at < Fixed) return FirmwareRefusal.BadManifest;
            Name = name;
            Board = board;
            Version = ReadNumber(buffer, ref at, 6);
            Floor = ReadNumber(buffer, ref at, 6);
            Contract = (int)ReadNumber(buffer, ref at, 2);
            ExpiresUtcMs = ReadNumber(buffer, ref at, 8);
            long size = ReadNumber(buffer, ref at, 4);
            Array.Copy(buffer, at, Hash, 0, Hash.Length);
            at += Hash.Length;
            AssemblyCount = buffer[at++];
            if (AssemblyCount > MostAssemblies) return FirmwareRefusal.BadManifest;
            for (int i = 0; i < AssemblyCount; i++)
            {
                string? assembly = ReadName(buffer, ref at, end);
                if (assembly == null || end - at < 8) return FirmwareRefusal.BadManifest;
                AssemblyNames[i] = assembly;
                AssemblyVersions[i] = ReadNumber(buffer, ref at, 8);
                if (AssemblyVersions[i] < 0) return FirmwareRefusal.BadManifest;
            }

            if (at != end || Floor > Version || ExpiresUtcMs < 0 || size == 0) return FirmwareRefusal.BadManifest;
            if (size > MostPayloadBytes) return FirmwareRefusal.Oversized;
            Size = (int)size;
            HeaderBytes = length;
            return FirmwareRefusal.None;
        }

        /// <summary>Writes everything that is signed; the signature goes behind it.</summary>
        /// <param name="buffer">Receives from index 0; <see cref="MostHeaderBytes"/> is enough.</param>
        /// <returns>Bytes to sign.</returns>
        /// <exception cref="ArgumentException">A field is out of its range: our own mistake, nothing received.</exception>
        public int Write(byte[] buffer)
        {
            if (Version < 0 || Floor < 0 || Floor > Version || Size <= 0 || Size > MostPayloadBytes || ExpiresUtcMs < 0 || AssemblyCount > MostAssemblies)
                throw new ArgumentException("manifest");
            for (int i = 0; i < 4; i++) buffer[i] = (byte)"JKFW"[i];
            buffer[4] = Format;
            buffer[5] = 0;
            Array.Copy(KeyId, 0, buffer, 8, KeyIdBytes);
            int at = HeadBytes;
            WriteName(buffer, ref at, Name);
            WriteName(buffer, ref at, Board);
            WriteNumber(buffer, ref at, 6, Version);
            WriteNumber(buffer, ref at, 6, Floor);
            WriteNumber(buffer, ref at, 2, Contract);
            WriteNumber(buffer, ref at, 8, ExpiresUtcMs);
            WriteNumber(buffer, ref at, 4, Size);
            Array.Copy(Hash, 0, buffer, at, Hash.Length);
            at += Hash.Length;
            buffer[at++] = (byte)AssemblyCount;
            for (int i = 0; i < AssemblyCount; i++)
            {
                WriteName(buffer, ref at, AssemblyNames[i]);
                WriteNumber(buffer, ref at, 8, AssemblyVersions[i]);
            }

            int manifest = at - HeadBytes;
            if (manifest > MostManifestBytes) throw new ArgumentException("manifest too long");
            buffer[6] = (byte)manifest;
            buffer[7] = (byte)(manifest >> 8);
            HeaderBytes = at + Ed25519Verify.SignatureBytes;
            return at;
        }

        private static string? ReadName(byte[] buffer, ref int at, int end)
        {
            if (at >= end) return null;
            int length = buffer[at];
            if (length == 0 || length > MostNameBytes || at + 1 + length > end) return null;
            for (int i = 1; i <= length; i++)
                if (buffer[at + i] <= ' ' || buffer[at + i] > '~') return null;
            string name = Encoding.UTF8.GetString(buffer, at + 1, length);
            at += 1 + length;
            return name;
        }

        private static void WriteName(byte[] buffer, ref int at, string name)
        {
            if (name.Length == 0 || name.Length > MostNameBytes) throw new ArgumentException("A name has 1 to 48 characters.");
            buffer[at++] = (byte)name.Length;
            for (int i = 0; i < name.Length; i++)
            {
                if (name[i] <= ' ' || name[i] > '~') throw new ArgumentException("A name is printable ASCII without blanks.");
                buffer[at++] = (byte)name[i];
            }
        }

        private static long ReadNumber(byte[] buffer, ref int at, int bytes)
        {
            long value = 0;
            for (int i = bytes - 1; i >= 0; i--) value = (value << 8) | buffer[at + i];
            at += bytes;
            return value;
        }

        private static void WriteNumber(byte[] buffer, ref int at, int bytes, long value)
        {
            for (int i = 0; i < bytes; i++) buffer[at++] = (byte)(value >> (8 * i));
        }
    }
}
