using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>What the firmware keeps in memory on the board, reckoned object by object: whoever buys a board must know whether it fits.</summary>
[Collection(nameof(BoardRig))] // its counters are one set for all
public sealed class BoardHeapTests(ITestOutputHelper output)
{
    // What nanoCLR leaves for managed objects on an ESP32 without PSRAM (nanoframework.md).
    private const int WithoutPsram = 100 * 1024;

    // A slot lies in memory as a whole for as long as the board runs.
    private const int Slot = 48 * 1024;

    // A module with PSRAM leaves it some 3.7 MB: the bound only tells of what grows unseen.
    private const int MostObjects = 256 * 1024;

    [Fact]
    public void The_heap_of_the_board_is_reckoned()
    {
        var firmware = BoardRig.Firmware;
        var rig = new BoardRig("jk-4e57", "generic-lv");
        rig.Run(20_000);
        var heap = new BoardHeap(firmware.Has);
        var parts = new List<(string Name, int Bytes)>();
        void Part(string name, params IEnumerable<object?> roots)
        {
            var before = heap.Bytes;
            foreach (var root in roots) heap.Add(root);
            parts.Add((name, heap.Bytes - before));
        }

        Part("control loop, mail, backlog of 24 KB, display lines, portal's views", rig.Objects);
        Part("tables of the codecs", firmware.Statics());
        var store = firmware.New("JkFleet.Agent.Store.TwoCopyStore", Nobody("IRawStore"), BoardRig.StoreBytes);
        Part("store", store);
        var settings = firmware.New("JkFleet.Agent.Portal.PortalSettings", store, Nobody("IRandomPort"), Nobody("IWifiPort"), Nobody("IClaimPort"), rig.Window);
        Part("portal with a page of 16 KB", firmware.New("JkFleet.Agent.Portal.LocalPortal", settings));
        var target = firmware.New("JkFleet.Contracts.FirmwareTarget");
        Part("updates with their signature", firmware.New("JkFleet.Agent.Update.UpdatePlan", store, Nobody("IFirmwareSource", "Update"), Nobody("IFirmwareSlots", "Update"), target, new[] { new byte[32] }, "1.0.0"));

        foreach (var (name, bytes) in parts) output.WriteLine($"{bytes,7:N0} B  {name}");
        output.WriteLine($"{heap.Bytes,7:N0} B  together, and up to {Slot:N0} B for the slot; a board without PSRAM has about {WithoutPsram:N0} B");
        foreach (var (type, count, bytes) in heap.ByType.Take(12)) output.WriteLine($"   {bytes,7:N0} B in {count} {type}");
        Assert.All(parts, part => Assert.InRange(part.Bytes, 1000, MostObjects));
        Assert.InRange(heap.Bytes, 50_000, MostObjects);
        // Should this ever fail, device/README.md may offer smaller boards.
        Assert.True(heap.Bytes + Slot > WithoutPsram);
    }

    private static object Nobody(string port, string room = "Ports") => BoardRig.Firmware.Port($"JkFleet.Agent.{room}.{port}", (name, _) => name switch
    {
        "Read" or "get_MostBytes" or "get_Count" => 0,
        "get_State" => Enum.ToObject(BoardRig.Firmware.Type("JkFleet.Agent.Ports.ErrandState"), 0),
        _ => null,
    });
}
