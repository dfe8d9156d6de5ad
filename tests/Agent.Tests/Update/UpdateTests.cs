using JkFleet.Agent.Update;
using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Update;

public sealed class UpdateTests
{
    [Fact]
    public void A_good_build_is_fetched_tried_and_confirmed()
    {
        var build = SimBoard.Build('G', 5000);
        var board = new SimBoard { Offered = SimBoard.Artifact(build, "2.0.0", floor: "1.5.0") };
        board.Live();
        Assert.Equal(build, board.Content);
        Assert.Equal(1, board.Record.Active);
        Assert.Equal(FirmwareVersion.Parse("1.5.0"), board.Record.Floor);
        Assert.Equal([UpdateState.Downloading, UpdateState.Waiting, UpdateState.Switching, UpdateState.Verifying, UpdateState.Confirmed], board.States);
    }

    [Theory]
    [InlineData('B', "no_bms", 3)]
    [InlineData('I', "inverter_lost", 3)]
    [InlineData('S', "no_server", 3)]
    [InlineData('C', "never_confirmed", 5)]
    [InlineData('X', "load_failed", 2)]
    public void A_bad_build_goes_back_says_why_and_is_not_tried_again(char kind, string reason, int boots)
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build(kind, 5000), "2.0.0", floor: "2.0.0") };
        board.Live();
        Assert.Equal(SimBoard.OldBuild, board.Content);
        Assert.Equal(reason, board.Reason);
        Assert.Equal(UpdateState.Reverted, board.States[^1]);
        Assert.Equal(boots, board.Boots);
        Assert.Equal(0, board.Record.Floor); // the floor comes with the confirmation only
    }

    [Theory]
    [InlineData('B', 0, 0, 180_000, "no_bms")] // the inverter gets nothing meanwhile
    [InlineData('S', 0, 0, 600_000, "no_server")] // the pack works, so the server may take its time
    [InlineData('S', 100_000, 279_000, 600_000, "no_server")] // a cable that was pulled for a while is no bad build
    [InlineData('S', 100_000, 280_000, 279_750, "no_bms")] // last heard a step before it fell silent
    public void A_build_without_a_bms_goes_back_sooner_than_one_without_a_server(char kind, int silentFromMs, int silentToMs, long afterMs, string reason)
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build(kind, 5000), "2.0.0"), BmsSilent = (silentFromMs, silentToMs) };
        board.Live();
        Assert.Equal((afterMs, reason), (board.RanMs[1], board.Reason));
        Assert.Equal(SimBoard.OldBuild, board.Content);
    }

    [Theory]
    [InlineData('G')]
    [InlineData('B')]
    [InlineData('C')]
    [InlineData('X')]
    public void A_power_cut_at_any_durable_step_ends_in_old_or_new_and_never_in_safe_mode(char kind)
    {
        var build = SimBoard.Build(kind, 5000);
        var artifact = SimBoard.Artifact(build, "2.0.0");
        var cuts = 0;
        for (var at = 0; ; at++)
        {
            var any = false;
            for (var how = 0; how < 3; how++)
            {
                var board = new SimBoard { Offered = artifact, CutAt = at, CutHow = how };
                board.Live();
                any |= board.Cut;
                cuts += board.Cut ? 1 : 0;
                Assert.False(board.SafeMode, $"cut {how} at {at}");
                Assert.Equal(kind == 'G' ? build : SimBoard.OldBuild, board.Content);
                Assert.Equal(BootRecord.None, board.Record.Pending);
                Assert.Equal(board.Running, board.Record.Active);
                Assert.Equal(kind == 'G' ? UpdateState.Confirmed : UpdateState.Reverted, board.States[^1]);
            }

            if (!any) break;
        }

        Assert.True(cuts > 40, $"only {cuts} cuts");
    }

    [Fact]
    public void What_failed_here_is_tried_again_only_after_the_offer_was_taken_back()
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build('B', 5000), "2.0.0") };
        board.Live();
        var plan = PlanOf(board);
        Assert.Equal(UpdateState.Reverted, plan.State);
        plan.Take(OfferOf(board));
        plan.Step(0, 1_800_000_000_000, new UpdateHealth());
        Assert.Equal(UpdateState.Reverted, plan.State);
        plan.Withdraw();
        Assert.Equal(UpdateState.Idle, plan.State);
        plan.Take(OfferOf(board));
        plan.Step(250, 1_800_000_000_000, new UpdateHealth());
        Assert.Equal(UpdateState.Downloading, plan.State);
    }

    [Fact]
    public void An_offer_that_is_taken_back_is_not_switched_to()
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build('G', 5000), "2.0.0") };
        new BootPlan(board).Choose();
        var plan = PlanOf(board);
        var health = new UpdateHealth { BmsSeen = true, InverterAsBefore = true, ServerReached = true };
        plan.Take(OfferOf(board));
        for (long now = 0; plan.State != UpdateState.Waiting && now < 600_000; now += 250) plan.Step(now, 1_800_000_000_000, health);
        Assert.Equal(UpdateState.Waiting, plan.State);
        plan.Withdraw();
        health.HandedOver = true;
        for (long now = 600_000; now < 700_000; now += 250) plan.Step(now, 1_800_000_000_000, health);
        Assert.False(plan.RestartWanted);
        Assert.Equal(UpdateState.Idle, plan.State);
        Assert.Equal(BootRecord.None, board.Record.Pending);
    }

    [Fact]
    public void A_wish_without_a_build_takes_the_offer_back()
    {
        var slot = new ProfileSlot(new Limits.Envelope());
        Wish(slot, 1, "http://server/artifact");
        Assert.Equal(("2.0.0", 1), (slot.Offer.Version, slot.OfferChanges));
        Wish(slot, 2, url: null);
        Assert.Equal(("", 2), (slot.Offer.Url, slot.OfferChanges));
        Wish(slot, 2, url: null);
        Assert.Equal(2, slot.OfferChanges);
    }

    private static void Wish(ProfileSlot slot, long version, string? url)
    {
        var desired = new Desired { Version = version, HasFirmware = url is not null };
        if (url is not null) (desired.Firmware.Version, desired.Firmware.Url, desired.Firmware.Sha256) = ("2.0.0", url, "aa");
        var writer = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        Assert.True(new DesiredCodec().Write(desired, writer));
        slot.Take(writer.Buffer, writer.Count);
        slot.Saved(true);
    }

    private static UpdatePlan PlanOf(SimBoard board) => new(board, board, board, new FirmwareTarget { Board = "pc" }, [SimBoard.Key.Public], "1.0.0");

    private static FirmwareOffer OfferOf(SimBoard board) =>
        new() { Name = "jkagent", Version = "2.0.0", Url = "http://server/artifact", Size = board.Offered.Length, Sha256 = "of 2.0.0" };

    [Fact]
    public void Broken_transfers_go_on_where_they_broke()
    {
        var build = SimBoard.Build('G', 50_000);
        var board = new SimBoard { Offered = SimBoard.Artifact(build, "2.0.0"), Breaks = 5 };
        board.Live();
        Assert.Equal(build, board.Content);
    }

    [Fact]
    public void Too_many_broken_transfers_fail_and_the_old_build_runs_on()
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build('G', 5000), "2.0.0"), Breaks = 10_000 };
        board.Live();
        Assert.Contains(UpdateState.Failed, board.States);
        Assert.Equal(SimBoard.OldBuild, board.Content);
    }

    [Fact]
    public void What_is_wrong_is_refused_with_its_reason_and_nothing_is_written()
    {
        var good = SimBoard.Artifact(SimBoard.Build('G', 5000), "2.0.0");
        Refused("truncated", good[..^1]);
        Refused("wrong_hash", [.. good[..^1], 1]);
        Refused("not_firmware", new byte[3000]);
        Refused("other_version", SimBoard.Artifact(SimBoard.Build('G', 5000), "2.0.1"));
        Refused("oversized", SimBoard.Artifact(SimBoard.Build('G', 100_001), "2.0.0"));
        good[20] ^= 1;
        Refused("bad_signature", good);
    }

    [Fact]
    public void After_a_confirmed_floor_an_older_build_is_refused()
    {
        var board = new SimBoard { Offered = SimBoard.Artifact(SimBoard.Build('G', 5000), "2.0.0", floor: "2.0.0") };
        board.Live();
        board.Offered = SimBoard.Artifact(SimBoard.Build('G', 5000), "1.9.9");
        board.OfferedVersion = "1.9.9";
        // The running build says 2.0.0 of itself in this board only while that is what is offered.
        board.States.Clear();
        board.Live();
        Assert.Equal(FirmwareVersion.Parse("2.0.0"), board.Record.Floor);
        Assert.DoesNotContain(UpdateState.Waiting, board.States);
    }

    [Fact]
    public void A_damaged_record_is_a_board_as_it_was_flashed()
    {
        var random = new Random(5);
        var record = new BootRecord { Active = 1, Pending = 0, Started = 1, Tries = 2, Floor = 77, Outcome = BootOutcome.NoBms };
        record.Valid[1] = true;
        var buffer = new byte[BootRecord.Bytes];
        record.Write(buffer);
        var read = new BootRecord();
        Assert.True(read.TryRead(buffer, buffer.Length));
        Assert.Equal((1, 0, 1, 2, 77L, BootOutcome.NoBms, false, true), (read.Active, read.Pending, read.Started, read.Tries, read.Floor, read.Outcome, read.Valid[0], read.Valid[1]));
        for (var bit = 0; bit < buffer.Length * 8; bit++)
        {
            buffer[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(read.TryRead(buffer, buffer.Length));
            Assert.True(read.Valid[0] && read.Active == 0 && read.Pending == BootRecord.None);
            buffer[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(buffer);
            Assert.False(read.TryRead(buffer, random.Next(-1, buffer.Length + 1)));
        }
    }

    [Fact]
    public void A_trusted_build_that_keeps_crashing_yields_to_the_former_one_and_without_one_is_started_for_ever()
    {
        var store = new MemoryStore();
        var plan = new BootPlan(store);
        for (var i = 0; i < 50; i++) Assert.Equal(0, new BootPlan(store).Choose());

        plan.Record.Clear();
        plan.Record.Valid[1] = true;
        var buffer = new byte[BootRecord.Bytes];
        plan.Record.Write(buffer);
        store.Write(BootRecord.Name, buffer, buffer.Length);
        for (var i = 0; i < BootRecord.TrustedTries; i++) Assert.Equal(0, new BootPlan(store).Choose());
        Assert.Equal(1, new BootPlan(store).Choose());
        Assert.Equal(BootOutcome.FellBack, new BootPlan(store).Record.Outcome);
    }

    [Fact]
    public void When_neither_slot_can_be_loaded_it_is_safe_mode()
    {
        var plan = new BootPlan(new MemoryStore());
        Assert.Equal(0, plan.Choose());
        plan.LoadFailed();
        Assert.Equal(BootRecord.None, plan.Choose());
        Assert.Equal(BootOutcome.SafeMode, plan.Record.Outcome);
    }

    private static void Refused(string reason, byte[] artifact)
    {
        var board = new SimBoard { Offered = artifact };
        board.Live();
        Assert.Equal(reason, board.Reason);
        Assert.Equal(UpdateState.Refused, board.States[^1]);
        Assert.Equal(SimBoard.OldBuild, board.Content);
        Assert.Equal(1, board.Boots);
    }

    private sealed class MemoryStore : JkFleet.Agent.Ports.IStore
    {
        private byte[]? _record;

        public int Read(string name, byte[] buffer)
        {
            if (_record is null) return -1;
            _record.CopyTo(buffer, 0);
            return _record.Length;
        }

        public bool Write(string name, byte[] buffer, int count)
        {
            _record = buffer[..count];
            return true;
        }
    }
}
