using System;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using JkFleet.Agent.Mcp2515;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Signals;
using JkFleet.Agent.Ssd1306;
using JkFleet.Agent.Store;
using JkFleet.Agent.Update;
using JkFleet.Bms;
using JkFleet.Board;
using JkFleet.Contracts;
using JkFleet.Inverter;
using nanoFramework.Runtime.Native;

namespace JkFleet.Agent.Esp32
{
    /// <summary>
    /// The agent on the board, started by the launcher out of a slot. Threads that share single values only: control (UART, CAN,
    /// judgement; never waits for anybody), housekeeping (flash, button, updates), and those of network, portal, link and display. A
    /// timer watches the control loop.
    /// </summary>
    public sealed class App
    {
        /// <summary>Version of this build; the release command is given the same.</summary>
        public const string Version = "0.1.0";

        private const int TickMs = 10;
        private const int SuperviseMs = 5000;
        private const int HandoverMostMs = 90000;
        private const int LowCurrentMa = 2000;

        private const int StoreBytes = 24576;
        private const int TellMostMs = 5000;
        private const int DrawMs = 1000;
        private const int ConfessMs = 60000;

        // Long enough for every frame of the set to be sent once more, with zeros.
        private const int FarewellMs = 1500;

        // A restart that the housekeeping thread does not get done is done by the supervisor, in its looks.
        private const int PatientLooks = 6;
        private const string HeardRecord = "inverter-heard";

        private readonly IStore _store = new TwoCopyStore(new FlashStore(), StoreBytes);
        private readonly BoardSettings _settings = new BoardSettings();
        private readonly BoardClock _clock = new BoardClock();
        private readonly UpdateHealth _health = new UpdateHealth();
        private readonly object _offerGate = new object();
        private readonly FirmwareOffer _offer = new FirmwareOffer();
        private readonly Panel _panel = new Panel();
        private readonly byte[] _heard = new byte[1];
        private readonly PortalWindow _window = new PortalWindow();
        private readonly ScreenSlot _screen = new ScreenSlot();
        private readonly DisplayLines _lines = new DisplayLines();
        private long _drawnMs;
        private bool _forgetWanted;
        private bool _leaving;
        private long _leavingSinceMs;
        private bool _left;
        private int _looks;
        private int _offerSeen;
        private bool _offerNew;
        private bool _handoverWanted;
        private bool _handingOver;
        private long _handoverSinceMs;
        private bool _inverterHeardBefore;
        private bool _inverterHeard;
        private int _told = -1;
        private int _changes;
        private UpdateState _state;
        private string _updateVersion = "";
        private string _updateReason = "";
        private int _permille;
        private bool _restarting;
        private long _restartSinceMs;
        private int _faults;
        private int _confessed;
        private long _confessedMs;
        private DisplayPort? _display;
        private HandoverGap? _gap;
        private AgentLoop? _loop;
        private PortalFeed? _feed;
        private BoardNetwork? _network;
        private MqttLink? _link;
        private Timer? _supervisor;

        /// <summary>Called by the launcher; returns at once, the threads live on.</summary>
        public static void Start()
        {
            new App().Begin();
        }

        private void Begin()
        {
            Board.Board.Claim();
            _settings.Load(_store);
            // What "as before" means for a build on trial was decided by the one before it.
            _inverterHeardBefore = _store.Read(HeardRecord, _heard) == 1 && _heard[0] == 1;
            _gap = new HandoverGap(_store);
            AgentSettings owner = new AgentSettings();
            owner.Version = Version;
            owner.Board = Board.Board.Name;
            owner.BacklogBytes = StoreBytes; // it is saved whole, twice, in 256 KB of flash that also hold two slots

            IBmsProtocol? bms = BmsProtocols.Create(_settings.BmsProtocol, new int[] { 1 }, 0, 1000);
            InverterDialect? dialect = InverterPresets.Find(_settings.InverterProtocol);
            if (bms == null) bms = BmsProtocols.Create("jk-4e57", new int[] { 1 }, 0, 1000);
            if (dialect == null) dialect = InverterPresets.Find("generic-lv");
            Agent agent = new Agent(owner, bms!, InverterPresets.Protocol(dialect!), dialect!);

            int boot = new Random().Next(int.MaxValue - 1) + 1;
            if (_settings.ServerHost.Length > 0) _link = new MqttLink(_settings, StatusCodec.Will(boot));
            _network = new BoardNetwork(_store, _settings, _link, _clock);
            _network.Settle(); // may start the board again, before anything was sent

            Mcp2515Timing timing = new Mcp2515Timing(Board.Board.CanCrystalHz, Board.Board.CanBitsPerSecond);
            IServerLink link = _link == null ? (IServerLink)new NoServer() : _link;
            _loop = new AgentLoop(
                agent, new UartBmsPort(_settings.BmsBitsPerSecond), new Mcp2515Can(new SpiMcp2515Bus(), timing), link, _clock, _store, boot);
            _loop.StoreInline = false; // flash is slow: the housekeeping thread writes
            _feed = new PortalFeed(_loop, _window, _clock.NowMs);

            Thread control = new Thread(Control);
            control.Priority = ThreadPriority.AboveNormal;
            control.Start();
            new Thread(Housekeeping).Start();
            _network.Start(_window, Version);
            _display = new DisplayPort(_screen, _network, _clock);
            new Thread(_display.Run).Start();
            _supervisor = new Timer(Supervise, null, SuperviseMs, SuperviseMs);
        }

        private void Control()
        {
            while (true)
            {
                try
                {
                    AgentLoop loop = _loop!;
                    loop.Tick();
                    long nowMs = _clock.NowMs;
                    bool connected = _link != null && _link.Connected;
                    bool well = connected || _link == null;
                    _panel.Show(StatusLight.IsOn(_panel.Holding ? LightCode.Identify : StatusLight.CodeOf(loop.Agent, well), nowMs));
                    Share(loop.Agent, nowMs);
                    Leave(loop, nowMs);
                    _feed!.Step(nowMs, connected);
                    Draw(loop.Agent, well, nowMs);
                }
                catch (Exception)
                {
                    _faults++; // the next tick begins from the ports again; the supervisor ends it if none gets through
                }

                Thread.Sleep(TickMs);
            }
        }

        // What the other thread may know, in single values.
        private void Share(Agent agent, long nowMs)
        {
            bool heard = agent.Report.Inverter == LinkState.Ok;
            _inverterHeard = heard;
            _health.BmsSeen = agent.Freshness.State == Judgement.ReadingState.Good;
            _health.InverterAsBefore = heard || !_inverterHeardBefore;
            _health.ServerReached = _link == null || _link.Connected;

            agent.Handover = _handoverWanted || _leaving;
            if (_handoverWanted && !_handingOver) _handoverSinceMs = nowMs;
            _handingOver = _handoverWanted;
            int current = agent.Report.Snapshot.CurrentMa;
            bool low = current < LowCurrentMa && current > -LowCurrentMa;
            bool down = agent.Limits.ChargeLimitMa == 0 && agent.Limits.DischargeLimitMa == 0;
            _health.HandedOver = _handingOver && ((down && low) || nowMs - _handoverSinceMs >= HandoverMostMs);

            if (_gap!.IsOpen)
            {
                int gap = _gap.Step(nowMs, _clock.UtcMs, agent.Report.CanSent > 0);
                if (gap >= 0) agent.Events.Add(nowMs, EventKind.HandoverGap, gap);
            }

            Confess(agent, nowMs);
            Tell();
            if (agent.Slot.OfferChanges == _offerSeen) return;
            _offerSeen = agent.Slot.OfferChanges;
            lock (_offerGate)
            {
                _offer.Name = agent.Slot.Offer.Name;
                _offer.Version = agent.Slot.Offer.Version;
                _offer.Url = agent.Slot.Offer.Url;
                _offer.Size = agent.Slot.Offer.Size;
                _offer.Sha256 = agent.Slot.Offer.Sha256;
                _offerNew = true;
            }
        }

        // Control thread: what any thread caught is heard by the server, once a minute at most.
        private void Confess(Agent agent, long nowMs)
        {
            if (nowMs - _confessedMs < ConfessMs) return;
            _confessedMs = nowMs;
            int faults = _faults + _network!.Faults + (_display == null ? 0 : _display.Faults);
            if (faults == _confessed) return;
            _confessed = faults;
            agent.Events.Add(nowMs, EventKind.AgentFault, faults);
        }

        // Control thread: the server hears where the update stands.
        private void Tell()
        {
            lock (_offerGate)
            {
                Reported reported = _loop!.Post.Reported;
                if (_changes == _told && _permille / 100 == reported.UpdatePermille / 100) return;
                _told = _changes;
                reported.Update = _state;
                reported.UpdateVersion = _updateVersion;
                reported.UpdatePermille = _permille;
                reported.UpdateReason = _updateReason;
            }

            _loop!.Post.ReportAgain();
        }

        // Control thread: somebody wants a restart; the last thing that the inverter hears is zero.
        private void Leave(AgentLoop loop, long nowMs)
        {
            if (_forgetWanted && !loop.Agent.Commands.RestartWanted) loop.Agent.Commands.Restart();
            if (!loop.RestartDue) return;
            if (!_leaving) _leavingSinceMs = nowMs;
            _leaving = true;
            _left = nowMs - _leavingSinceMs >= FarewellMs;
        }

        private void Draw(Agent agent, bool well, long nowMs)
        {
            long passed = nowMs - _drawnMs;
            if (passed >= 0 && passed < DrawMs) return;
            byte[]? screen = _screen.Writing;
            if (screen == null) return;
            _drawnMs = nowMs;
            _lines.Fill(agent, well);
            for (int i = 0; i < DisplayLines.Lines; i++) Array.Copy(_lines.Line(i), 0, screen, i * DisplayLines.Columns, DisplayLines.Columns);
            _screen.Put();
        }

        private void Housekeeping()
        {
            UpdatePlan? updates = null;
            while (true)
            {
                try
                {
                    long nowMs = _clock.NowMs;
                    if (_left) Go();
                    _loop!.Keeper.Slot.Work();
                    _gap!.Work();
                    if (_panel.ResetWanted(nowMs)) _forgetWanted = true;
                    if (updates == null && _settings.ReleaseKey.Length == 64) updates = MakeUpdates();
                    if (updates != null) Update(updates, nowMs);
                    // The limits stay down until the restart.
                    bool forNetwork = _network!.RestartWanted;
                    _handoverWanted = forNetwork || (updates != null && (updates.HandoverWanted || updates.RestartWanted));
                    if (forNetwork && _health.HandedOver) Reboot();
                }
                catch (Exception)
                {
                    _faults++; // nothing here may stop the battery; the next round tries again
                }

                Thread.Sleep(50);
            }
        }

        private void Go()
        {
            if (_forgetWanted || _feed!.ForgetWanted) FlashStore.Erase();
            Reboot();
        }

        private void Reboot()
        {
            HandoverGap.Leave(_store, _loop!.LastSentUtcMs);
            Power.RebootDevice();
        }

        private UpdatePlan MakeUpdates()
        {
            byte[] key = new byte[32];
            for (int i = 0; i < key.Length; i++) key[i] = Convert.ToByte(_settings.ReleaseKey.Substring(2 * i, 2), 16);
            FirmwareTarget target = new FirmwareTarget();
            target.Board = Board.Board.Name;
            Deployment.Describe(target);
            X509Certificate? authority = _settings.ServerCa.Length > 0 ? new X509Certificate(_settings.ServerCa) : null;
            return new UpdatePlan(_store, new HttpFirmwareSource(authority), new FlashSlots(), target, new byte[][] { key }, Version);
        }

        private void Update(UpdatePlan updates, long nowMs)
        {
            if (_offerNew)
            {
                lock (_offerGate)
                {
                    _offerNew = false;
                    if (_offer.Url.Length > 0) updates.Take(_offer);
                    else updates.Withdraw();
                }
            }

            updates.Step(nowMs, _clock.UtcMs, _health);
            lock (_offerGate)
            {
                _changes = updates.Changes;
                _state = updates.State;
                _updateVersion = updates.Version;
                _updateReason = updates.Reason;
                _permille = updates.Permille;
            }

            if (updates.RestartWanted) Restart(updates, nowMs);
        }

        // The server should hear of it first, but the restart does not wait for a server that is away.
        private void Restart(UpdatePlan updates, long nowMs)
        {
            if (!_restarting)
            {
                _restarting = true;
                _restartSinceMs = nowMs;
                if (updates.State == UpdateState.Switching)
                {
                    _heard[0] = (byte)(_inverterHeard ? 1 : 0);
                    _store.Write(HeardRecord, _heard, 1);
                }
            }

            bool told = nowMs - _restartSinceMs >= 1000 && (_link == null || !_link.Connected || _link.Drained);
            if (told || nowMs - _restartSinceMs >= TellMostMs) Reboot();
        }

        private void Supervise(object state)
        {
            if (_left) _looks++;
            if (_loop!.Watch.IsStuck(_clock.NowMs) || _looks > PatientLooks) Power.RebootDevice();
        }
    }
}
