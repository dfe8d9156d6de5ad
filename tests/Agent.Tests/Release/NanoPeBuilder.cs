using System.Text;

namespace JkFleet.Agent.Tests.Release;

/// <summary>Builds nanoFramework assemblies as far as an inspector looks, from the layout alone (own table-driven CRC).</summary>
internal sealed class NanoPeBuilder(string name, string version)
{
    private const int Header = 124;
    private readonly List<(string Name, string Version)> _needs = [];

    public NanoPeBuilder Needs(string assembly, string assemblyVersion)
    {
        _needs.Add((assembly, assemblyVersion));
        return this;
    }

    public byte[] Build(string marker = "NFMRK1", int codeBytes = 40)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        ushort Text(string text)
        {
            if (text == "mscorlib") return 0xFCD2; // the processor's list of frequent names
            var at = (ushort)strings.Length;
            strings.Write(Encoding.UTF8.GetBytes(text));
            strings.WriteByte(0);
            return at;
        }

        var refs = new MemoryStream();
        var nameId = Text(name);
        foreach (var need in _needs)
        {
            refs.Write(BitConverter.GetBytes(Text(need.Name)));
            refs.Write([0, 0]);
            foreach (var part in need.Version.Split('.')) refs.Write(BitConverter.GetBytes(ushort.Parse(part)));
        }

        while (strings.Length % 4 != 0) strings.WriteByte(0);
        var file = new byte[Header + refs.Length + strings.Length + codeBytes];
        Encoding.ASCII.GetBytes(marker).CopyTo(file, 0);
        var versionAt = 28;
        foreach (var part in version.Split('.'))
        {
            BitConverter.GetBytes(ushort.Parse(part)).CopyTo(file, versionAt);
            versionAt += 2;
        }

        BitConverter.GetBytes(nameId).CopyTo(file, 36);
        file[38] = 1;
        var stringsAt = Header + (int)refs.Length;
        var codeAt = stringsAt + (int)strings.Length;
        for (var table = 0; table < 16; table++)
        {
            var start = table == 0 ? Header : table <= 11 ? stringsAt : table < 15 ? codeAt : file.Length;
            BitConverter.GetBytes(start).CopyTo(file, 40 + (4 * table));
        }

        refs.ToArray().CopyTo(file, Header);
        strings.ToArray().CopyTo(file, stringsAt);
        for (var i = codeAt; i < file.Length; i++) file[i] = (byte)i;
        Seal(file);
        return file;
    }

    /// <summary>Writes both CRCs.</summary>
    public static void Seal(byte[] file)
    {
        BitConverter.GetBytes(Crc(file.AsSpan(Header))).CopyTo(file, 12);
        file.AsSpan(8, 4).Clear();
        BitConverter.GetBytes(Crc(file.AsSpan(0, Header))).CopyTo(file, 8);
    }

    public static byte[] Bundle(params byte[][] assemblies)
    {
        var bundle = new MemoryStream();
        foreach (var assembly in assemblies)
        {
            bundle.Write(assembly);
            while (bundle.Length % 4 != 0) bundle.WriteByte(0);
        }

        return bundle.ToArray();
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var entry = i << 24;
            for (var k = 0; k < 8; k++) entry = (entry << 1) ^ ((entry >> 31) * 0x04C11DB7);
            table[i] = entry;
        }

        uint crc = 0;
        foreach (var b in bytes) crc = (crc << 8) ^ table[(crc >> 24) ^ b];
        return crc;
    }
}
