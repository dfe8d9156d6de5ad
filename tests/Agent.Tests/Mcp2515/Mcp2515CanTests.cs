using JkFleet.Agent.Mcp2515;
using JkFleet.Agent.Ports;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Mcp2515;

public sealed class Mcp2515CanTests
{
    private static readonly Mcp2515Timing Timing = new(8_000_000, 500_000);

    [Theory]
    [InlineData(8_000_000, 500_000)]
    [InlineData(16_000_000, 500_000)]
    [InlineData(8_000_000, 250_000)]
    [InlineData(16_000_000, 250_000)]
    [InlineData(20_000_000, 500_000)]
    public void The_registers_give_the_bit_rate_and_a_sample_point_at_three_quarters(int crystal, int rate)
    {
        var timing = new Mcp2515Timing(crystal, rate);
        var (bits, sample, ps1, ps2, prop, jump) = Compute(crystal, timing.Cnf1, timing.Cnf2, timing.Cnf3);
        Assert.Equal(rate, bits);
        Assert.InRange(sample, 0.70, 0.80);
        // Conditions of the data sheet, 5.3.
        Assert.True(prop + ps1 >= ps2 && ps2 >= 2 && ps2 > jump);
    }

    [Theory]
    [InlineData(8_000_000, 0x00, 0x90, 0x82)]
    [InlineData(16_000_000, 0x00, 0xF0, 0x86)]
    public void The_values_that_everybody_copies_are_the_same_bit_rate(int crystal, byte cnf1, byte cnf2, byte cnf3)
    {
        Assert.Equal(500_000, Compute(crystal, cnf1, cnf2, cnf3).Bits);
    }

    [Fact]
    public void A_crystal_that_cannot_make_the_rate_is_our_mistake()
    {
        Assert.Throws<ArgumentException>(() => new Mcp2515Timing(11_059_200, 500_000));
    }

    [Fact]
    public void Ten_thousand_random_frames_of_both_kinds_come_in_and_go_out_in_order()
    {
        var random = new Random(2515);
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        Assert.Equal(CanPortState.Up, can.State);
        var arrived = new List<string>();
        var heard = new List<string>();
        var wanted = new List<string>();
        var frame = new CanFrame();
        var at = chip.NowUs;
        while (wanted.Count < 10_000 || heard.Count < 10_000)
        {
            // Bursts of two frames back to back, then room for the interpreter.
            at = Math.Max(at, chip.NowUs) + random.Next(300, 1500);
            if (arrived.Count < 10_000)
            {
                for (var n = random.Next(1, 3); n > 0 && arrived.Count < 10_000; n--)
                {
                    Fill(random, frame);
                    chip.Arrive(frame, at);
                    arrived.Add(Text(frame));
                    at += 220;
                }
            }

            if (wanted.Count < 10_000)
            {
                Fill(random, frame);
                Assert.True(can.Send(frame));
                wanted.Add(Text(frame));
            }

            // The agent's loop: look until nothing is there, then the rest of the pass.
            while (at > chip.NowUs || !chip.Quiet)
            {
                while (can.Receive(frame)) heard.Add(Text(frame));
                chip.NowUs += random.Next(0, 150);
            }
        }

        for (var i = 0; i < 200; i++)
        {
            while (can.Receive(frame)) heard.Add(Text(frame));
            chip.NowUs += 300;
        }

        Assert.Equal(0, chip.Lost);
        Assert.Equal(arrived, heard);
        Assert.Equal(wanted, chip.Sent.Select(Text));
        Assert.Equal(0, can.Overflows + can.Aborted);
    }

    [Fact]
    public void A_frame_that_slips_in_while_the_first_buffer_is_read_keeps_its_place()
    {
        // Found by thinking of the roll-over: the second lands in buffer 1 while buffer 0 is read, the third in buffer 0 again.
        for (var gap = 100; gap < 500; gap += 7)
        {
            var chip = new Mcp2515Chip();
            var can = new Mcp2515Can(chip, Timing);
            var frame = new CanFrame();
            for (var i = 0; i < 3; i++)
            {
                frame.Reset(0x300 + i, false, 0);
                chip.Arrive(frame, chip.NowUs + 1 + (i * gap));
            }

            var heard = new List<int>();
            for (var looks = 0; looks < 40; looks++)
                if (can.Receive(frame)) heard.Add(frame.Id);
            Assert.Equal([0x300, 0x301, 0x302], heard);
        }
    }

    [Fact]
    public void Lost_frames_are_counted()
    {
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        var frame = new CanFrame();
        for (var i = 0; i < 5; i++)
        {
            frame.Reset(0x305, false, 8);
            chip.Arrive(frame, chip.NowUs);
        }

        Poll(can, chip, 100);
        Assert.Equal(3, chip.Lost);
        Assert.True(can.Overflows > 0);
        var before = can.Overflows;
        Poll(can, chip, 100);
        Assert.Equal(before, can.Overflows);
    }

    [Fact]
    public void Bus_off_is_seen_sends_nothing_and_is_left_without_old_frames()
    {
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        chip.Alone = true;
        for (var i = 0; i < 7; i++) Assert.True(can.Send(Limits(1)));
        chip.GoBusOff();
        Poll(can, chip, 100);
        Assert.Equal(CanPortState.BusOff, can.State);
        Assert.False(can.Send(Limits(2)));
        Assert.Equal(255, can.TransmitErrors);

        chip.Alone = false;
        chip.RejoinBus();
        Poll(can, chip, 100);
        Assert.Equal(CanPortState.Up, can.State);
        Assert.Equal(0, can.TransmitErrors);
        Assert.True(can.Send(Limits(3)));
        Poll(can, chip, 100);
        Assert.Equal([3], chip.Sent.Select(f => (int)f.Data[0]));
    }

    [Fact]
    public void Recover_restarts_a_chip_that_stays_off()
    {
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        chip.GoBusOff();
        Poll(can, chip, 100);
        can.Recover();
        Assert.Equal(CanPortState.Up, can.State);
        Assert.True(can.Send(Limits(4)));
        Poll(can, chip, 50);
        Assert.Single(chip.Sent);
    }

    [Fact]
    public void Without_an_ear_on_the_bus_the_newest_frames_wait_and_not_the_oldest()
    {
        var chip = new Mcp2515Chip { Alone = true };
        var can = new Mcp2515Can(chip, Timing);
        for (var i = 0; i < 100; i++) Assert.True(can.Send(Limits((byte)i)));
        Assert.True(can.Aborted > 0);
        chip.Alone = false;
        Poll(can, chip, 200);
        Assert.Equal(99, chip.Sent[^1].Data[0]);
        Assert.All(chip.Sent, f => Assert.InRange(f.Data[0], 99 - Mcp2515Can.QueueLength - 3, 99));
        Assert.Equal(chip.Sent.Select(f => f.Data[0]).Order(), chip.Sent.Select(f => f.Data[0]));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_pulled_plug_is_absent_and_comes_back_by_itself(byte wire)
    {
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        chip.Dead = wire;
        Poll(can, chip, 100);
        Assert.Equal(CanPortState.Absent, can.State);
        Assert.False(can.Send(Limits(1)));
        chip.Dead = null;
        chip.BrownOut();
        Poll(can, chip, 200);
        Assert.Equal(CanPortState.Up, can.State);
        Assert.True(can.Send(Limits(2)));
        Poll(can, chip, 50);
        Assert.Equal(2, Assert.Single(chip.Sent).Data[0]);
    }

    [Fact]
    public void A_brown_out_is_noticed_and_repaired()
    {
        var chip = new Mcp2515Chip();
        var can = new Mcp2515Can(chip, Timing);
        chip.BrownOut();
        Poll(can, chip, 300);
        Assert.Equal(CanPortState.Up, can.State);
        Assert.Equal(Timing.Cnf2, chip[0x29]);
        Assert.Equal(2, can.Restarts);
    }

    [Fact]
    public void Polling_and_sending_allocate_nothing()
    {
        var can = new Mcp2515Can(new Silent(), Timing);
        var frame = Limits(1);
        can.Receive(frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            can.Receive(frame);
            can.Send(frame);
            can.Recover();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Poll(Mcp2515Can can, Mcp2515Chip chip, int times)
    {
        var frame = new CanFrame();
        for (var i = 0; i < times; i++)
        {
            can.Receive(frame);
            chip.NowUs += 200;
        }
    }

    private static CanFrame Limits(byte value)
    {
        var frame = new CanFrame();
        frame.Reset(0x351, false, 8);
        frame.Data[0] = value;
        return frame;
    }

    private static void Fill(Random random, CanFrame frame)
    {
        var extended = random.Next(2) == 0;
        frame.Reset(random.Next(extended ? 1 << 29 : 1 << 11), extended, random.Next(9));
        random.NextBytes(frame.Data.AsSpan(0, frame.Length));
    }

    private static string Text(CanFrame f) => $"{f.Id:X}{(f.Extended ? "x" : "")}#{Convert.ToHexString(f.Data.AsSpan(0, f.Length))}";

    // Data sheet 5.2: the formula, away from the driver.
    private static (double Bits, double Sample, int Ps1, int Ps2, int Prop, int Jump) Compute(int crystal, byte cnf1, byte cnf2, byte cnf3)
    {
        var quantum = 2.0 * ((cnf1 & 0x3F) + 1) / crystal;
        int prop = (cnf2 & 7) + 1, ps1 = ((cnf2 >> 3) & 7) + 1, ps2 = (cnf3 & 7) + 1, jump = (cnf1 >> 6) + 1;
        Assert.Equal(0x80, cnf2 & 0x80); // phase 2 by CNF3
        var quanta = 1 + prop + ps1 + ps2;
        return (Math.Round(1 / (quantum * quanta), 3), (1.0 + prop + ps1) / quanta, ps1, ps2, prop, jump);
    }

    private sealed class Silent : ISpiBus
    {
        public void Transfer(byte[] write, byte[] read) => Array.Clear(read);
    }
}
