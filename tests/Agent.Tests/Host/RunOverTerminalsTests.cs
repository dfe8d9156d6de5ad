// The whole agent as `jkagent run` builds it, between a fake BMS and an slcan peer on pseudo-terminals.
using System.Collections.Concurrent;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;
using JkFleet.Limits;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class RunOverTerminalsTests
{
    public static TheoryData<string> RealReplies()
    {
        var data = new TheoryData<string>();
        foreach (var vector in VectorFolder.Load("jk-4e57"))
            if (vector.Class == "real" && !vector.IsRefusal && vector.Expected.TryGetProperty("cells_mv", out _)) data.Add(vector.Name);
        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealReplies))]
    public void Real_frames_on_one_terminal_are_what_the_inverter_reads_on_the_other(string name)
    {
        var vector = VectorFolder.Load("jk-4e57").Single(v => v.Name == name);
        using var bench = new Bench(vector.Bytes);
        const LvFrame all = LvFrame.Limits | LvFrame.Charge | LvFrame.Measured | LvFrame.Alarms | LvFrame.Requests | LvFrame.Maker;
        Wait.Until(() => (bench.Inverter.Seen & all) == all, "a whole set of frames");
        var x = vector.Expected;
        Assert.Equal(x.GetProperty("soc_pct").GetInt32(), bench.Inverter.SocPercent);
        Assert.Equal(x.GetProperty("pack_voltage_mv").GetInt32(), bench.Inverter.VoltageMv);
        Assert.InRange(bench.Inverter.CurrentMa - x.GetProperty("current_ma").GetInt32(), -50, 50);
        Assert.Equal("PYLON", bench.Inverter.MakerText().TrimEnd());
        Assert.True(bench.Inverter.ChargeLimitMa >= 0 && bench.Inverter.DischargeLimitMa >= 0);
    }

    [Fact]
    public void Nothing_is_sent_before_the_first_reading()
    {
        using var bench = new Bench(answer: null);
        Wait.Until(() => bench.RequestsHeard >= 3, "three polls");
        Assert.Empty(bench.Frames);
    }

    [Fact]
    public void Silent_bms_becomes_zero_with_the_fault_shown_and_recovers_by_itself()
    {
        using var bench = new Bench(GoodFrame());
        Wait.Until(() => bench.Inverter.AllowedDischargeMa() > 0, "limits above zero", 30_000);
        bench.Answer = null;
        Wait.Until(() => bench.Inverter.ChargeLimitMa == 0 && bench.Inverter.DischargeLimitMa == 0, "zero limits", 15_000);
        Wait.Until(() => !bench.Inverter.ChargeEnabled && !bench.Inverter.DischargeEnabled, "forbid flags");
        Wait.Until(() => (bench.Inverter.Alarms & InverterAlarms.CommLost) != 0, "fault shown");
        Assert.Equal(0, bench.Inverter.AllowedChargeMa());
        bench.Answer = GoodFrame();
        Wait.Until(() => bench.Inverter.AllowedDischargeMa() > 0, "limits back", 60_000);
    }

    [Fact]
    public void Vanished_adapters_come_back_by_themselves()
    {
        using var bench = new Bench(GoodFrame());
        Wait.Until(() => bench.Inverter.SocPercent > 0, "first set");
        bench.BmsTty.Unplug();
        bench.CanTty.Unplug();
        Wait.Until(() => bench.Said.Contains("lost", StringComparison.Ordinal), "loss said");
        bench.BmsTty.Plug();
        bench.CanTty.Plug();
        bench.ForgetFrames();
        Wait.Until(() => bench.Frames.Any(f => f.StartsWith("351#", StringComparison.Ordinal)), "frames again", 15_000);
        Wait.Until(() => bench.Inverter.SocPercent > 0, "SOC again");
    }

    [Fact]
    public void Last_word_to_the_inverter_is_zero()
    {
        using var bench = new Bench(GoodFrame());
        Wait.Until(() => bench.Inverter.AllowedDischargeMa() > 0, "limits above zero", 30_000);
        bench.StopAgent();
        Wait.Until(() => bench.CanTty.ReceivedText.EndsWith("C\r", StringComparison.Ordinal), "channel closed");
        Assert.Equal(0, bench.Inverter.ChargeLimitMa);
        Assert.Equal(0, bench.Inverter.DischargeLimitMa);
        Assert.False(bench.Inverter.ChargeEnabled || bench.Inverter.DischargeEnabled);
    }

    private static byte[] GoodFrame()
    {
        var frame = new byte[Jk4E57Frame.MaxBytes];
        return frame[..Jk4E57Encoder.Answer(new Jk4E57Image(), frame)];
    }

    /// <summary>A BMS that answers each read-all with one frame, an inverter that listens and says 305, and the agent between them.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Transcript _said = new();
        private readonly Journal _journal;
        private readonly RunningAgent _agent;
        private readonly Thread _thread;
        private readonly StringBuilder _line = new();
        private readonly BmsLinkCounters _counters = new();
        private readonly Jk4E57FrameReader _requests;

        public Bench(byte[]? answer)
        {
            Answer = answer;
            _requests = new Jk4E57FrameReader(_counters);
            _journal = new Journal(_said, TimeProvider.System);
            BmsTty.OnBytes = OnRequest;
            CanTty.OnBytes = OnSlcan;
            _agent = new RunningAgent(
                new RunPlan { Settings = new AgentSettings { Version = "test" }, Bms = BmsTty.Path, Inverter = CanTty.Path, Profile = Impatient() }, _journal);
            _thread = new Thread(() => _agent.UntilStopped()) { IsBackground = true };
            _thread.Start();
        }

        public PseudoTerminal BmsTty { get; } = new();

        public PseudoTerminal CanTty { get; } = new();

        public PylonLvState Inverter { get; } = new();

        public ConcurrentQueue<string> Frames { get; } = new();

        public byte[]? Answer { get; set; }

        public int RequestsHeard { get; private set; }

        public string Said => _said.ToString();

        public void ForgetFrames()
        {
            Frames.Clear();
            Inverter.Clear();
        }

        public void StopAgent()
        {
            _agent.Stop();
            Assert.True(_thread.Join(10_000), "the agent ends");
        }

        public void Dispose()
        {
            _agent.Stop();
            _thread.Join(10_000);
            _journal.Dispose();
            BmsTty.Dispose();
            CanTty.Dispose();
        }

        /// <summary>The built-in profile without the half minute that a limit waits before it rises.</summary>
        private static Profile Impatient()
        {
            var profile = Profiles.OriginDefaults();
            profile.Number[ProfileField.RiseHoldMs] = 0;
            return profile;
        }

        private void OnRequest(byte[] bytes)
        {
            var at = 0;
            while (at < bytes.Length)
            {
                at += _requests.Take(bytes, at, bytes.Length - at, 0);
                while (_requests.Next())
                {
                    RequestsHeard++;
                    if (Answer is { } answer) BmsTty.Write(answer);
                }
            }
        }

        private void OnSlcan(byte[] bytes)
        {
            var frame = new CanFrame();
            foreach (var b in bytes)
            {
                if (b != '\r')
                {
                    _line.Append((char)b);
                    continue;
                }

                var line = _line.ToString();
                _line.Clear();
                CanTty.Write("\r");
                if (!SlcanText.TryParse(Encoding.Latin1.GetBytes(line), frame)) continue;
                Frames.Enqueue(SlcanPortTests.Text(frame));
                PylonLvDecoder.Decode(frame, 0, Inverter);
                if (frame.Id == 0x351) CanTty.Write("t30580000000000000000\r");
            }
        }
    }
}
