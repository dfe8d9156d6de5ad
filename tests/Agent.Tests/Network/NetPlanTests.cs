using JkFleet.Agent.Network;
using Xunit;

namespace JkFleet.Agent.Tests.Network;

/// <summary>Which Wi-Fi mode, and how few restarts it may cost.</summary>
public sealed class NetPlanTests
{
    private const int Minute = 60_000;

    /// <summary>A board with its radio over several starts: the radio takes its mode at a start only.</summary>
    private sealed class Board(bool mayOpen = true, bool hasNetwork = true)
    {
        public MemoryStore Store { get; } = new();

        public bool HasNetwork { get; set; } = hasNetwork;

        /// <summary>What the radio's configuration says for the next start, and what it is now.</summary>
        public bool ApConfigured { get; set; }

        public bool RadioIgnoresUs { get; set; }

        public bool NetworkThere { get; set; } = true;

        public int Guests { get; set; }

        public int Starts { get; private set; }

        public int Attempts { get; private set; }

        public bool Joined { get; private set; }

        public long NowMs { get; private set; }

        public NetPlan Plan { get; private set; } = null!;

        public NetMode Start()
        {
            var first = Starts;
            do
            {
                if (Starts++ - first > 20) throw new InvalidOperationException("goes round in restarts");
                Joined = false;
                NowMs = 0;
                Plan = new NetPlan(Store, mayOpen);
                var ap = ApConfigured && !RadioIgnoresUs;
                if (!Plan.Begin(HasNetwork, ap)) return Plan.Mode;
                ApConfigured = Plan.Mode == NetMode.AccessPoint;
            }
            while (true);
        }

        public void Run(int ms)
        {
            for (var end = NowMs + ms; NowMs < end && !Plan.RestartWanted; NowMs += 500)
            {
                if (!NetworkThere) Joined = false;
                Plan.Step(NowMs, Joined);
                if (!Plan.JoinDue(NowMs, Guests)) continue;
                Attempts++;
                Joined = NetworkThere;
                Plan.Tried(NowMs);
            }
        }
    }

    [Fact]
    public void A_new_board_opens_its_access_point_after_one_restart()
    {
        var board = new Board(hasNetwork: false);
        Assert.Equal(NetMode.AccessPoint, board.Start());
        Assert.Equal(2, board.Starts);
        board.Run(24 * 60 * Minute);
        Assert.False(board.Plan.RestartWanted);
        Assert.Equal(0, board.Attempts);
    }

    [Fact]
    public void Without_a_password_there_is_no_access_point_ever()
    {
        var board = new Board(mayOpen: false, hasNetwork: false);
        Assert.Equal(NetMode.Silent, board.Start());
        board.HasNetwork = true;
        board.NetworkThere = false;
        Assert.Equal(NetMode.Station, board.Start());
        board.Run(24 * 60 * Minute);
        Assert.False(board.Plan.RestartWanted);
        Assert.True(board.Attempts > 100);
    }

    [Fact]
    public void A_network_that_was_never_joined_is_given_up_after_three_minutes_and_tried_on_beside_the_access_point()
    {
        var board = new Board { NetworkThere = false };
        Assert.Equal(NetMode.Station, board.Start());
        board.Run(NetPlan.NewNetworkMs - 1000);
        Assert.False(board.Plan.RestartWanted);
        board.Run(2000);
        Assert.True(board.Plan.RestartWanted);
        Assert.Equal(NetMode.AccessPoint, board.Start());
        var attempts = board.Attempts;
        board.Run(60 * Minute);
        Assert.InRange(board.Attempts - attempts, 25, 40);
        Assert.False(board.Plan.RestartWanted);
        // It comes up: joined without a restart, and the next start is a plain one.
        board.NetworkThere = true;
        board.Run(5 * Minute);
        Assert.True(board.Joined && !board.Plan.RestartWanted && board.Plan.Mode == NetMode.AccessPoint);
        Assert.Equal(NetMode.Station, board.Start());
    }

    [Fact]
    public void A_known_network_gets_ten_minutes_after_a_power_cut()
    {
        var board = new Board();
        board.Start();
        board.Run(Minute);
        Assert.True(board.Joined);
        board.NetworkThere = false;
        Assert.Equal(NetMode.Station, board.Start());
        board.Run(NetPlan.KnownNetworkMs - 1000);
        Assert.False(board.Plan.RestartWanted);
        board.Run(2000);
        Assert.True(board.Plan.RestartWanted);
    }

    [Fact]
    public void A_network_that_is_lost_while_the_board_runs_never_costs_a_restart()
    {
        var board = new Board();
        board.Start();
        board.Run(Minute);
        board.NetworkThere = false;
        board.Run(7 * 24 * 60 * Minute);
        Assert.False(board.Plan.RestartWanted);
        board.NetworkThere = true;
        board.Run(10 * Minute);
        Assert.True(board.Joined);
        Assert.Equal(1, board.Starts);
    }

    [Fact]
    public void A_phone_at_the_access_point_is_not_thrown_out_by_attempts()
    {
        var board = new Board { NetworkThere = false };
        board.Start();
        board.Run(NetPlan.NewNetworkMs + 1000);
        board.Start();
        board.Guests = 1;
        var attempts = board.Attempts;
        board.Run(60 * Minute);
        Assert.Equal(attempts, board.Attempts);
        board.Guests = 0;
        board.Run(5 * Minute);
        Assert.True(board.Attempts > attempts);
    }

    [Fact]
    public void A_radio_that_does_not_obey_costs_one_restart_per_start_at_most_and_never_a_circle()
    {
        var board = new Board(hasNetwork: false) { RadioIgnoresUs = true };
        Assert.Equal(NetMode.Silent, board.Start());
        Assert.Equal(2, board.Starts);
        board.RadioIgnoresUs = false;
        board.ApConfigured = false;
        // Two starts later at the latest it is tried again.
        if (board.Start() != NetMode.AccessPoint) board.Start();
        Assert.Equal(NetMode.AccessPoint, board.Plan.Mode);
    }

    [Fact]
    public void A_store_that_keeps_nothing_costs_no_restart_at_all()
    {
        var board = new Board(hasNetwork: false);
        board.Store.Full = true;
        Assert.Equal(NetMode.Silent, board.Start());
        Assert.Equal(1, board.Starts);
        board.HasNetwork = true;
        board.NetworkThere = false;
        Assert.Equal(NetMode.Station, board.Start());
        board.Run(24 * 60 * Minute);
        Assert.False(board.Plan.RestartWanted);
    }

    [Fact]
    public void A_network_chosen_at_the_portal_needs_no_restart()
    {
        var board = new Board(hasNetwork: false);
        board.Start();
        board.Run(Minute);
        board.HasNetwork = true;
        board.Plan.NetworkChosen(board.NowMs);
        Assert.False(board.Plan.RestartWanted);
        Assert.Equal(NetMode.AccessPoint, board.Plan.Mode);
        Assert.Equal(NetMode.Station, board.Start());
    }

    [Fact]
    public void Months_of_coming_and_going_hardly_write()
    {
        var board = new Board();
        board.Start();
        board.Run(Minute);
        var writes = board.Store.Writes;
        for (var i = 0; i < 300; i++)
        {
            board.NetworkThere = false;
            board.Run(20 * Minute);
            board.NetworkThere = true;
            board.Run(20 * Minute);
        }

        Assert.Equal(writes, board.Store.Writes);
    }

    [Fact]
    public void A_list_of_networks_is_short_and_sorted_and_names_each_once()
    {
        var list = new WifiList();
        list.Add("", -20);
        list.Add(null, -20);
        list.Add(new string('x', 33), -20);
        list.Add("b", -70);
        list.Add("a", -60);
        list.Add("b", -50);
        list.Add("b", -80);
        Assert.Equal([("b", -50), ("a", -60)], Enumerable.Range(0, list.Count).Select(i => (list.Ssid(i), list.RssiDbm(i))));
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            list.Add("n" + random.Next(100), -30 - random.Next(60));
            var seen = Enumerable.Range(0, list.Count).Select(n => (Ssid: list.Ssid(n), Rssi: list.RssiDbm(n))).ToList();
            Assert.True(seen.Count <= WifiList.Most);
            Assert.Equal(seen.Count, seen.DistinctBy(n => n.Ssid).Count());
            Assert.Equal(seen.Select(n => n.Rssi).OrderDescending(), seen.Select(n => n.Rssi));
        }

        Assert.Equal(WifiList.Most, list.Count);
        Assert.Equal(("", 0), (list.Ssid(99), list.RssiDbm(99)));
    }
}
