using System.Security.Cryptography;
using JkFleet.Crypto;
using Xunit;

namespace JkFleet.Shared.Tests.Crypto;

public sealed class Sha256Tests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 700).Select(i => (byte)((i * 131) ^ (i >> 3)))];

    [Fact]
    public void Every_length_up_to_300_and_every_cut_in_two_agrees_with_the_platform()
    {
        var sha = new Sha256();
        var digest = new byte[Sha256.DigestBytes];
        for (var length = 0; length <= 300; length++)
        {
            var expected = SHA256.HashData(Text.AsSpan(7, length));
            for (var cut = 0; cut <= length; cut++)
            {
                sha.Update(Text, 7, cut);
                sha.Update(Text, 7 + cut, length - cut);
                sha.Finish(digest, 0);
                Assert.True(expected.AsSpan().SequenceEqual(digest), $"length {length}, cut at {cut}");
            }
        }
    }

    [Fact]
    public void Bytes_one_by_one_and_in_uneven_pieces_agree_with_the_platform()
    {
        var sha = new Sha256();
        var digest = new byte[Sha256.DigestBytes];
        foreach (var piece in new[] { 1, 3, 63, 64, 65, 127, 200 })
        {
            for (var at = 0; at < Text.Length; at += piece) sha.Update(Text, at, Math.Min(piece, Text.Length - at));
            sha.Finish(digest, 0);
            Assert.Equal(SHA256.HashData(Text), digest);
        }
    }

    [Fact]
    public void Reset_forgets_and_the_digest_goes_where_it_is_asked_to()
    {
        var sha = new Sha256();
        sha.Update(Text, 0, 100);
        sha.Reset();
        var place = new byte[40];
        sha.Finish(place, 5);
        Assert.Equal(SHA256.HashData([]), place[5..37]);
        Assert.Equal(0, place[4] + place[37]);
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var sha = new Sha256();
        var digest = new byte[Sha256.DigestBytes];
        sha.Update(Text, 0, Text.Length);
        sha.Finish(digest, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sha.Update(Text, 0, Text.Length);
        sha.Finish(digest, 0);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
