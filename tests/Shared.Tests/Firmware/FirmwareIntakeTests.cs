using CsCheck;
using JkFleet.Contracts;
using JkFleet.Shared.Tests.Crypto;
using Xunit;

namespace JkFleet.Shared.Tests.Firmware;

public sealed class FirmwareIntakeTests
{
    private static readonly byte[] Good = Artifact.Make();
    private static readonly int Header = FirmwareManifest.Length(Good, Good.Length, out _);

    [Fact]
    public void A_signed_artifact_is_taken_and_says_what_it_is()
    {
        var intake = new FirmwareIntake([Ed25519Signer.Seeded(1).Public, Artifact.Key.Public]);
        Assert.Equal(FirmwareRefusal.None, intake.Judge(Good, Good.Length, new FirmwareTarget { Board = "esp32" }));
        Assert.True(intake.Complete);
        Assert.Equal("1.2.3", FirmwareVersion.Text(intake.Manifest.Version));
        Assert.Equal("esp32", intake.Manifest.Board);
        Assert.Equal(Artifact.Payload.Length, intake.PayloadBytes);
    }

    [Fact]
    public void No_single_bit_of_the_signed_part_can_be_flipped_and_each_flip_has_a_reason()
    {
        var copy = (byte[])Good.Clone();
        for (var bit = 0; bit < Header * 8; bit++)
        {
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(FirmwareRefusal.None, Artifact.Judge(copy));
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_cut_is_truncated()
    {
        for (var length = 0; length < Header; length++) Assert.Equal(FirmwareRefusal.Truncated, Artifact.Judge(Good[..length]));
        foreach (var length in new[] { Header, Header + 1, Good.Length - 1 }) Assert.Equal(FirmwareRefusal.Truncated, Artifact.Judge(Good[..length]));
    }

    [Fact]
    public void Each_defect_has_its_own_reason()
    {
        Assert.Equal(FirmwareRefusal.NotFirmware, Artifact.Judge("hello, world"u8.ToArray()));
        Assert.Equal(FirmwareRefusal.UnknownFormat, Artifact.Judge(Artifact.Resign(Good, h => h[4] = 2)));
        Assert.Equal(FirmwareRefusal.Oversized, Artifact.Judge(Changed(7, 0xFF)));
        Assert.Equal(FirmwareRefusal.TrailingBytes, Artifact.Judge([.. Good, 0]));
        Assert.Equal(FirmwareRefusal.WrongHash, Artifact.Judge(Changed(Good.Length - 1, 0x55)));
        Assert.Equal(FirmwareRefusal.BadSignature, Artifact.Judge(Changed(Header - 1, 0x01)));
        Assert.Equal(FirmwareRefusal.WrongKey, Artifact.Judge(Artifact.Make(signer: Ed25519Signer.Seeded(7))));
        // Another key that claims to be ours.
        Assert.Equal(FirmwareRefusal.BadSignature, Artifact.Judge(Artifact.Make(m => Artifact.Key.Public.AsSpan(0, 8).CopyTo(m.KeyId), Ed25519Signer.Seeded(7))));
    }

    [Fact]
    public void A_manifest_that_contradicts_itself_is_refused_although_it_is_signed()
    {
        var name = FirmwareManifest.HeadBytes;
        var version = name + 1 + "jkfleet-agent".Length + 1 + "esp32".Length;
        var size = version + 6 + 6 + 2 + 8;
        var assemblies = size + 4 + 32;
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[name] = 0)));
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[name] = 200)));
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[name + 1] = (byte)'\n')));
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[version + 6 + 4] = 9))); // floor 9.0.0
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[size - 1] = 0x80))); // expires before 1970
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h.AsSpan(size, 4).Clear())));
        Assert.Equal(FirmwareRefusal.Oversized, Artifact.Judge(Artifact.Resign(Good, h => h[size + 3] = 0x05)));
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[assemblies] = 17)));
        Assert.Equal(FirmwareRefusal.BadManifest, Artifact.Judge(Artifact.Resign(Good, h => h[assemblies] = 1)));
        Assert.Throws<ArgumentException>(() => Artifact.Make(m => m.Floor = m.Version + 1));
        Assert.Throws<ArgumentException>(() => Artifact.Make(m => m.Name = "two words"));
    }

    [Fact]
    public void The_target_refuses_what_does_not_belong_there_each_with_its_own_reason()
    {
        var now = 1_800_000_000_000;
        var expiring = Artifact.Make(m => m.ExpiresUtcMs = now);
        Assert.Equal(FirmwareRefusal.WrongBoard, Artifact.Judge(Good, new FirmwareTarget { Board = "linux-x64" }));
        Assert.Equal(FirmwareRefusal.WrongContract, Artifact.Judge(Artifact.Make(m => m.Contract = Topics.Version + 1), new FirmwareTarget()));
        Assert.Equal(FirmwareRefusal.WrongContract, Artifact.Judge(Artifact.Make(m => m.Contract = Topics.Version - 1), new FirmwareTarget()));
        Assert.Equal(FirmwareRefusal.Older, Artifact.Judge(Good, new FirmwareTarget { Floor = FirmwareVersion.Parse("1.2.4") }));
        Assert.Equal(FirmwareRefusal.None, Artifact.Judge(Good, new FirmwareTarget { Floor = FirmwareVersion.Parse("1.2.3") }));
        Assert.Equal(FirmwareRefusal.Oversized, Artifact.Judge(Good, new FirmwareTarget { MostPayloadBytes = Artifact.Payload.Length - 1 }));
        Assert.Equal(FirmwareRefusal.Expired, Artifact.Judge(expiring, new FirmwareTarget { UtcMs = now + 1 }));
        Assert.Equal(FirmwareRefusal.None, Artifact.Judge(expiring, new FirmwareTarget { UtcMs = now }));
        Assert.Equal(FirmwareRefusal.ClockUnknown, Artifact.Judge(expiring, new FirmwareTarget()));
        Assert.Equal(FirmwareRefusal.None, Artifact.Judge(Good, new FirmwareTarget()));
    }

    [Fact]
    public void A_build_for_another_runtime_is_refused()
    {
        var needy = Artifact.Make(m =>
        {
            m.AssemblyCount = 1;
            m.AssemblyNames[0] = "mscorlib";
            m.AssemblyVersions[0] = FirmwareVersion.ParseAssembly("1.17.11.0");
        });
        Assert.Equal(FirmwareRefusal.None, Artifact.Judge(needy, Board("mscorlib", "1.17.3.0")));
        Assert.Equal(FirmwareRefusal.WrongClr, Artifact.Judge(needy, Board("mscorlib", "2.0.0.0")));
        Assert.Equal(FirmwareRefusal.WrongClr, Artifact.Judge(needy, Board("mscorlib", "1.16.11.0")));
        Assert.Equal(FirmwareRefusal.MissingAssembly, Artifact.Judge(needy, Board("System.Math", "1.17.11.0")));
    }

    [Fact]
    public void In_any_pieces_and_any_slices_the_answer_is_the_same()
    {
        Gen.Select(Gen.Int[1, 700], Gen.Int[1, 900], Gen.Int[0, 3]).Sample(
            (piece, budget, defect) =>
            {
                var artifact = defect switch
                {
                    1 => Changed(Header - 40, 0x20),
                    2 => Changed(Good.Length / 2, 0x20),
                    3 => Good[..^1],
                    _ => Good,
                };
                var expected = Artifact.Judge(artifact);
                var intake = new FirmwareIntake([Artifact.Key.Public]);
                for (var at = 0; at < artifact.Length;)
                {
                    var taken = intake.Feed(artifact, at, Math.Min(piece, artifact.Length - at));
                    if (taken < 0) break;
                    Assert.True(taken > 0 || intake.Verifying);
                    at += taken;
                    intake.Step(budget);
                }

                return intake.End() == expected && intake.Complete == (expected == FirmwareRefusal.None);
            },
            iter: 60);
    }

    [Fact]
    public void Random_bytes_are_refused_and_never_throw()
    {
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Bool).Sample(
            (bytes, headed) =>
            {
                if (headed && bytes.Length > 8) "JKFW\u0001\u0000"u8.CopyTo(bytes);
                return Artifact.Judge(bytes) != FirmwareRefusal.None;
            },
            iter: 2000);
    }

    [Fact]
    public void Versions_are_read_strictly_and_compare_as_numbers()
    {
        foreach (var wrong in new[] { "", "1", "1.2", "1.2.3.4", "1..3", "1.2.3 ", "-1.2.3", "1.2.65536", "01.2.3", "1.2.x", null })
            Assert.Equal(FirmwareVersion.None, FirmwareVersion.Parse(wrong));
        Assert.True(FirmwareVersion.Parse("1.10.0") > FirmwareVersion.Parse("1.9.65535"));
        Assert.True(FirmwareVersion.Parse("2.0.0") > FirmwareVersion.Parse("1.65535.65535"));
        Gen.Select(Gen.Int[0, 65535], Gen.Int[0, 65535], Gen.Int[0, 65535]).Sample(
            (a, b, c) => FirmwareVersion.Text(FirmwareVersion.Parse($"{a}.{b}.{c}")) == $"{a}.{b}.{c}");
        Assert.Equal("1.17.11.0", FirmwareVersion.AssemblyText(FirmwareVersion.ParseAssembly("1.17.11.0")));
        for (var i = 0; i < FirmwareRefusalNames.Count; i++)
            for (var k = 0; k < i; k++)
                Assert.NotEqual(FirmwareRefusalNames.Of((FirmwareRefusal)i), FirmwareRefusalNames.Of((FirmwareRefusal)k));
    }

    private static FirmwareTarget Board(string assembly, string version) =>
        new() { AssemblyNames = [assembly], AssemblyVersions = [FirmwareVersion.ParseAssembly(version)] };

    private static byte[] Changed(int at, byte flip)
    {
        var copy = (byte[])Good.Clone();
        copy[at] ^= flip;
        return copy;
    }
}
