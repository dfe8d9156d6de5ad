using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Release;

public sealed class NanoImageTests
{
    private static readonly byte[] Core = new NanoPeBuilder("JkFleet.Agent.Core", "1.2.3.0").Needs("mscorlib", "1.17.11.0").Needs("JkFleet.Bms", "1.2.3.0").Build();
    private static readonly byte[] Bms = new NanoPeBuilder("JkFleet.Bms", "1.2.3.0").Needs("mscorlib", "1.17.11.0").Needs("nanoFramework.System.Text", "1.3.42.0").Build(codeBytes: 41);

    [Fact]
    public void The_crc_is_the_one_of_the_toolchain()
    {
        // CRC-32 with polynomial 04C11DB7, not reflected, from 0: the published check value of cksum without its final inversion.
        Assert.Equal(~0x765E7680u, NanoPeBuilder.Crc("123456789"u8));
    }

    [Fact]
    public void An_assembly_is_read_with_its_needs()
    {
        var image = Read(Core);
        Assert.Equal(1, image.Count);
        Assert.Equal("JkFleet.Agent.Core", image.Names[0]);
        Assert.Equal("1.2.3.0", FirmwareVersion.AssemblyText(image.Versions[0]));
        Assert.Equal(["mscorlib", "JkFleet.Bms"], image.NeedNames[..image.NeedCount]);
        Assert.Equal("1.17.11.0", FirmwareVersion.AssemblyText(image.NeedVersions[0]));
    }

    [Fact]
    public void A_bundle_needs_only_what_is_not_inside_in_whatever_order()
    {
        foreach (var bundle in new[] { NanoPeBuilder.Bundle(Bms, Core), NanoPeBuilder.Bundle(Core, Bms) })
        {
            var image = Read(bundle);
            Assert.Equal(2, image.Count);
            Assert.Equal(["mscorlib", "nanoFramework.System.Text"], image.NeedNames[..image.NeedCount].Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void No_single_bit_can_be_flipped()
    {
        var copy = (byte[])Core.Clone();
        for (var bit = 0; bit < copy.Length * 8; bit++)
        {
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(new NanoImage().TryRead(copy, copy.Length), $"bit {bit}");
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        for (var length = 0; length < Core.Length; length++) Assert.False(new NanoImage().TryRead(Core, length), $"{length} bytes");
    }

    [Fact]
    public void Faults_are_named()
    {
        Assert.Contains("2.x", Fault(new NanoPeBuilder("A", "1.0.0.0").Build(marker: "NFMRK2")), StringComparison.Ordinal);
        Assert.Contains("marker", Fault(new byte[200]), StringComparison.Ordinal);
        Assert.Contains("string table", Fault(Sealed(c => c[36] = 0xF0)), StringComparison.Ordinal);
        Assert.Contains("last table", Fault(Sealed(c => c[40 + (15 * 4) + 2] = 1)), StringComparison.Ordinal);
        Assert.Contains("order", Fault(Sealed(c => c[40 + 4] = 1)), StringComparison.Ordinal);
        var quarrel = NanoPeBuilder.Bundle(Core, new NanoPeBuilder("JkFleet.Bms", "1.2.3.0").Needs("mscorlib", "1.16.0.0").Build());
        Assert.Contains("two versions of mscorlib", Fault(quarrel), StringComparison.Ordinal);
    }

    private static byte[] Sealed(Action<byte[]> change)
    {
        var copy = (byte[])Core.Clone();
        change(copy);
        NanoPeBuilder.Seal(copy);
        return copy;
    }

    private static NanoImage Read(byte[] file)
    {
        var image = new NanoImage();
        Assert.True(image.TryRead(file, file.Length), image.Fault);
        return image;
    }

    private static string Fault(byte[] file)
    {
        var image = new NanoImage();
        Assert.False(image.TryRead(file, file.Length));
        return image.Fault;
    }
}
