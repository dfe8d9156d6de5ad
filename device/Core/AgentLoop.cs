using JkFleet.Agent.Mail;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;
using JkFleet.Inverter;

namespace JkFleet.Agent
{
    /// <summary>
    /// One pass of the control loop over the five ports: what arrived, a decision when something did or <see cref="StepMs"/> passed,
    /// frames to the inverter FIRST, then the BMS, then mail, then the store. Nothing here waits for anything.
    /// </summary>
    public sealed class AgentLoop
    {
        // A restart waits so long for the server to take the verdict, and so long when there is no server.
        private const int VerdictMs = 10000;
        private const int NobodyMs = 1000;

        /// <summary>
        /// Longest time between two decisions, ms. A tick that brought nothing makes none sooner: on the board's interpreter one takes
        /// milliseconds, and every limit in it is a matter of seconds.
        /// </summary>
        public const int StepMs = 100;

        private const int FramesPerTick = 64;
        private const int ReadsPerTick = 8;

        private readonly IBmsPort _bmsPort;
        private readonly ICanPort _canPort;
        private readonly IServerLink _link;
        private readonly IClock _clock;
        private readonly byte[] _bytes = new byte[512];
        private readonly byte[] _request = new byte[64];
        private readonly CanFrame _frame = new CanFrame();
        private bool _restarting;
        private long _restartAskedMs;
        private bool _started;
        private bool _decisionDue = true;
        private long _decidedMs;
        private bool _handover;
        private long _clockMs;
        private long _steadyMs;

        /// <summary>A loop over its ports; loads what earlier starts saved.</summary>
        /// <param name="agent">The judgement.</param>
        /// <param name="bms">Wire to the BMS.</param>
        /// <param name="can">Bus to the inverter.</param>
        /// <param name="link">Way to the server; <see cref="NoServer"/> for none.</param>
        /// <param name="clock">The two clocks.</param>
        /// <param name="store">What survives a restart.</param>
        /// <param name="boot">Random number of this start, 1..2147483647.</param>
        public AgentLoop(Agent agent, IBmsPort bms, ICanPort can, IServerLink link, IClock clock, IStore store, long boot)
        {
            Agent = agent;
            _bmsPort = bms;
            _canPort = can;
            _link = link;
            _clock = clock;
            Post = new Postman(agent, boot);
            Keeper = new Keeper(agent, Post, store);
            Keeper.Load(clock.NowMs);
        }

        /// <summary>The judgement.</summary>
        public readonly Agent Agent;

        /// <summary>Mail.</summary>
        public readonly Postman Post;

        /// <summary>What is saved. Unless <see cref="StoreInline"/> is set, another thread must call <c>Keeper.Slot.Work()</c>.</summary>
        public readonly Keeper Keeper;

        /// <summary>For the supervisor: does the loop still turn?</summary>
        public readonly LoopWatch Watch = new LoopWatch();

        /// <summary>Records are written at the end of a tick, by the loop itself.</summary>
        public bool StoreInline = true;

        /// <summary>A restart was asked for and everything about it was told; the owner restarts the process.</summary>
        public bool RestartDue { get; private set; }

        /// <summary>Clock of the last tick: what happens between two ticks is dated by it, as everything in them is.</summary>
        public long NowMs
        {
            get { return _steadyMs; }
        }

        /// <summary>Wall clock of the tick in which the last frame went out, ms since 1970; 0 = the time was not known, or none went out.</summary>
        public long LastSentUtcMs { get; private set; }

        /// <summary>One pass at the clock's time.</summary>
        public void Tick()
        {
            Tick(_clock.NowMs);
        }

        /// <summary>One pass.</summary>
        /// <param name="clockMs">Monotonic clock.</param>
        public void Tick(long clockMs)
        {
            long nowMs = Steady(clockMs);
            long utcMs = _clock.UtcMs;
            bool news = ReadBms(nowMs);
            news |= ReadBus(nowMs);
            CanPortState bus = _canPort.State;
            news |= bus != Agent.CanState || Agent.Handover != _handover;
            Agent.CanState = bus;
            bool decide = news || _decisionDue || nowMs - _decidedMs >= StepMs;
            if (decide) Agent.Step(nowMs, utcMs);
            SendFrames(nowMs, utcMs);
            if (decide && Agent.RecoverBus) _canPort.Recover();
            int count = Agent.NextRequest(nowMs, _request);
            if (count > 0) _bmsPort.Write(_request, count);
            if (decide)
            {
                _decisionDue = false;
                _decidedMs = nowMs;
                _handover = Agent.Handover;
                Post.Exchange(_link, nowMs, utcMs);
                Keeper.Step(nowMs, _link.Connected);
                if (StoreInline) Keeper.Slot.Work();
                ConsiderRestart(nowMs);
            }

            Watch.Beat();
        }

        /// <summary>A clock that went back would stop every poll and every frame until it caught up: for all behind here it stands still instead.</summary>
        private long Steady(long clockMs)
        {
            long passed = clockMs - _clockMs;
            if (!_started) _steadyMs = clockMs;
            else if (passed < 0)
            {
                Agent.ClockFault(_steadyMs, passed);
                _decisionDue = true;
            }
            else _steadyMs += passed;
            _started = true;
            _clockMs = clockMs;
            return _steadyMs;
        }

        private bool ReadBms(long nowMs)
        {
            for (int i = 0; i < ReadsPerTick; i++)
            {
                int count = _bmsPort.Read(_bytes);
                Agent.BmsPortThere = count >= 0;
                if (count <= 0) return i > 0;
                Agent.BmsBytes(_bytes, 0, count, nowMs);
            }

            return true;
        }

        private bool ReadBus(long nowMs)
        {
            int frames = 0;
            for (; frames < FramesPerTick && _canPort.Receive(_frame); frames++) Agent.InverterFrame(_frame, nowMs);
            return frames > 0;
        }

        private void SendFrames(long nowMs, long utcMs)
        {
            for (int i = 0; i < FramesPerTick && Agent.NextFrame(nowMs, _frame); i++)
            {
                // A frame that does not fit is gone: kept, it would be sent later with yesterday's limits.
                bool taken = _canPort.Send(_frame);
                Agent.Bus.CountSend(taken);
                if (taken)
                {
                    Agent.Report.CanSent++;
                    LastSentUtcMs = utcMs;
                }
                else Agent.Report.CanErrors++;
            }
        }

        /// <summary>The verdict goes out first; without a server, or when it takes long, the restart does not wait for ever.</summary>
        private void ConsiderRestart(long nowMs)
        {
            if (!Agent.Commands.RestartWanted) return;
            if (!_restarting) _restartAskedMs = nowMs;
            _restarting = true;
            long patience = _link.Connected ? VerdictMs : NobodyMs;
            if (Post.IsQuiet(_link) || nowMs - _restartAskedMs >= patience) RestartDue = true;
        }
    }
}
