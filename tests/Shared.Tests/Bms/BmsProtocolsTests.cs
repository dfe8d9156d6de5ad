// Every link by its name, read and played through the same seam.
using JkFleet.Bms;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class BmsProtocolsTests
{
    public static TheoryData<string> Names { get; } = [.. BmsProtocols.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Played_pack_is_read_under_its_name(string name)
    {
        var pack = BusBench.Pack();
        var link = BmsProtocols.Create(name, [1], 0, 1000)!;
        var bench = new BusBench(link, BmsProtocols.Play(name, pack)!) { ChunkBytes = 33 };

        bench.Run(10000);

        Assert.Equal(name, link.Name);
        Assert.True(bench.Readings >= 5, $"{bench.Readings} readings");
        Assert.Equal(pack.CellMv[..16], bench.Last.CellMv[..bench.Last.CellCount]);
        Assert.Equal((pack.CellMaxMv, pack.CurrentMa, pack.SocPermille), (bench.Last.CellMaxMv, bench.Last.CurrentMa, bench.Last.SocPermille));
        Assert.Equal((0, true), (link.Counters.Refused, link.Counters.Accepted > 0));
    }

    [Fact]
    public void Unknown_name_makes_nothing()
    {
        Assert.Null(BmsProtocols.Create("jk-9999", [1], 0, 1000));
        Assert.Null(BmsProtocols.Play("jk-9999", new BmsSnapshot()));
    }
}
