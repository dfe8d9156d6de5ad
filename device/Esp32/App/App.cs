using System;
using System.Device.Wifi;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using JkFleet.Agent.Mcp2515;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Signals;
using JkFleet.Agent.Store;
using JkFleet.Agent.Update;
using JkFleet.Bms;
using JkFleet.Board;
using JkFleet.Contracts;
using JkFleet.Inverter;
using nanoFramework.Networking;
using nanoFramework.Runtime.Native;

namespace JkFleet.Agent.Esp32
{
    /// <summary>
    /// The agent on the board, started by the launcher out of a slot. Three threads that share single values only: control (UART, CAN,
    /// judgement; never waits for anybody), connectivity (Wi-Fi, updates), and the link's own. A timer watches the control loop.
    /// </summary>
    public sealed class App
    {
        /// <summary>Version of this build; the release command is given the same.</summary>
        public const string Version = "0.1.0";

        private const int TickMs = 10;
        private const int SuperviseMs = 5000;
        private const int HandoverMostMs = 90000;
        private const int LowCurrentMa = 2000;

        private const int StoreBytes = 8192;
        private const int TellMostMs = 5000;
        private const string HeardRecord = "inverter-heard";

        private readonly IStore _store = new TwoCopyStore(new FlashStore(), StoreBytes);
        private readonly BoardSettings _settings = new BoardSettings();
        private readonly BoardClock _clock = new BoardClock();
        private readonly UpdateHealth _health = new UpdateHealth();
        private readonly object _offerGate = new object();
        private readonly FirmwareOffer _offer = new FirmwareOffer();
        private readonly Panel _panel = new Panel();
        private readonly byte[] _heard = new byte[1];
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
        private AgentLoop? _loop;
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
            bool known = _settings.Load(_store);
            // What "as before" means for a build on trial was decided by the one before it.
            _inverterHeardBefore = _store.Read(HeardRecord, _heard) == 1 && _heard[0] == 1;
            AgentSettings owner = new AgentSettings();
            owner.Version = Version;
            owner.Board = Board.Board.Name;
            owner.BacklogBytes = 8192; // the backlog of a board is short: its heap is about 100 KB

            IBmsProtocol? bms = BmsProtocols.Create(_settings.BmsProtocol, new int[] { 1 }, 0, 1000);
            InverterDialect? dialect = InverterPresets.Find(_settings.InverterProtocol);
            if (bms == null) bms = BmsProtocols.Create("jk-4e57", new int[] { 1 }, 0, 1000);
            if (dialect == null) dialect = InverterPresets.Find("generic-lv");
            Agent agent = new Agent(owner, bms!, InverterPresets.Protocol(dialect!), dialect!);

            int boot = new Random().Next(int.MaxValue - 1) + 1;
            if (known && _settings.ServerHost.Length > 0) _link = new MqttLink(_settings, StatusCodec.Will(boot));
            Mcp2515Timing timing = new Mcp2515Timing(Board.Board.CanCrystalHz, Board.Board.CanBitsPerSecond);
            IServerLink link = _link == null ? (IServerLink)new NoServer() : _link;
            _loop = new AgentLoop(
                agent, new UartBmsPort(_settings.BmsBitsPerSecond), new Mcp2515Can(new SpiMcp2515Bus(), timing), link, _clock, _store, boot);
            _loop.StoreInline = false; // flash is slow: the connectivity thread writes

            Thread control = new Thread(Control);
            control.Priority = ThreadPriority.AboveNormal;
            control.Start();
            new Thread(Connectivity).Start();
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
                    _panel.Show(StatusLight.IsOn(StatusLight.CodeOf(loop.Agent, _link == null || _link.Connected), nowMs));
                    Share(loop.Agent, nowMs);
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

            agent.Handover = _handoverWanted;
            if (_handoverWanted && !_handingOver) _handoverSinceMs = nowMs;
            _handingOver = _handoverWanted;
            int current = agent.Report.Snapshot.CurrentMa;
            bool low = current < LowCurrentMa && current > -LowCurrentMa;
            bool down = agent.Limits.ChargeLimitMa == 0 && agent.Limits.DischargeLimitMa == 0;
            _health.HandedOver = _handingOver && ((down && low) || nowMs - _handoverSinceMs >= HandoverMostMs);

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

        private void Connectivity()
        {
            UpdatePlan? updates = null;
            bool linkStarted = false;
            long wifiNotBeforeMs = 0;
            while (true)
            {
                try
                {
                    long nowMs = _clock.NowMs;
                    _loop!.Keeper.Slot.Work();
                    if (_panel.ResetWanted(nowMs)) Forget();
                    if (_settings.Ssid.Length > 0 && !linkStarted && nowMs >= wifiNotBeforeMs)
                    {
                        wifiNotBeforeMs = nowMs + 30000;
                        if (WifiNetworkHelper.ConnectDhcp(_settings.Ssid, _settings.WifiPassword))
                        {
                            // From here on the runtime joins again by itself; TLS needs the time.
                            BoardClock.StartSntp();
                            if (_link != null) new Thread(_link.Run).Start();
                            linkStarted = true;
                        }
                    }

                    if (updates == null && _settings.ReleaseKey.Length == 64) updates = MakeUpdates();
                    if (updates != null) Update(updates, nowMs);
                }
                catch (Exception)
                {
                    _faults++; // nothing here may stop the battery; the next round tries again
                }

                Thread.Sleep(50);
            }
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
            _handoverWanted = updates.HandoverWanted || updates.RestartWanted; // the limits stay down until the restart
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
            if (told || nowMs - _restartSinceMs >= TellMostMs) Power.RebootDevice();
        }

        private void Supervise(object state)
        {
            if (_loop!.Watch.IsStuck(_clock.NowMs) || _loop.RestartDue) Power.RebootDevice();
        }

        private static void Forget()
        {
            FlashStore.Erase();
            Power.RebootDevice();
        }
    }
}
