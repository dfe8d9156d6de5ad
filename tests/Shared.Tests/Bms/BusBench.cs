// A wire between one protocol and any number of simulated units, with the faults that real wires have.
using JkFleet.Bms;

namespace JkFleet.Shared.Tests.Bms;

internal sealed class BusBench(IBmsProtocol link, params IBmsPlayer[] units)
{
    private readonly byte[] _request = new byte[32];
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];

    public long Now { get; private set; } = 100000;

    public int Readings { get; private set; }

    public BmsSnapshot Last { get; } = new();

    public List<byte[]> Sent { get; } = [];

    /// <summary>The adaptor sends our own bytes back.</summary>
    public bool Echo { get; init; }

    /// <summary>Answers arrive in pieces of this size.</summary>
    public int ChunkBytes { get; init; } = int.MaxValue;

    /// <summary>Called with each answer; returns what the wire makes of it.</summary>
    public Func<byte[], byte[]> Wire { get; set; } = answer => answer;

    /// <summary>Units that hear requests, by index.</summary>
    public Func<int, bool> Hears { get; set; } = _ => true;

    public void Run(int ms)
    {
        for (var end = Now + ms; Now < end; Now += 10)
        {
            var count = link.NextRequest(Now, _request);
            if (count > 0)
            {
                Sent.Add(_request[..count]);
                if (Echo) link.Receive(_request, 0, count, Now);
                for (var i = 0; i < units.Length; i++)
                    if (Hears(i)) units[i].Receive(_request, 0, count, Now);
            }

            foreach (var unit in units)
                for (var n = unit.NextAnswer(Now, _answer); n > 0; n = unit.NextAnswer(Now, _answer))
                    Deliver(Wire(_answer[..n]));
            while (link.TryTake(Last)) Readings++;
        }
    }

    public static BmsSnapshot Pack(int cells = 16, int mv = 3300)
    {
        var pack = new BmsSnapshot
        {
            CellCount = cells, PackVoltageMv = cells * mv, CurrentMa = -12300, SocPermille = 570, SohPermille = 980, Cycles = 12,
            CapacityMah = 280000, RemainingMah = 159600, TempMosDeciC = 253, TempCount = 2, ChargeMosOn = true, DischargeMosOn = true,
        };
        for (var i = 0; i < cells; i++) pack.CellMv[i] = mv + i;
        pack.TempDeciC[0] = 181;
        pack.TempDeciC[1] = -35;
        pack.Summarise();
        return pack;
    }

    private void Deliver(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += Math.Min(ChunkBytes, bytes.Length - at))
            link.Receive(bytes, at, Math.Min(ChunkBytes, bytes.Length - at), Now);
    }
}
