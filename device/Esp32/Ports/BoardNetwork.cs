using System;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using JkFleet.Agent.Network;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using nanoFramework.Runtime.Native;

namespace JkFleet.Board
{
    /// <summary>
    /// Everything about Wi-Fi, on its own threads: does what <see cref="NetPlan"/> says, serves the portal, and starts the link to the
    /// server once there is a network. Nothing of it waits for the control loop, or the other way round.
    /// </summary>
    public sealed class BoardNetwork
    {
        /// <summary>Our address at the access point.</summary>
        public const string ApAddress = "192.168.4.1";

        /// <summary>Iterations of the portal password's hash: about two seconds of the portal's thread at a million IL instructions a second.</summary>
        public const int PasswordRounds = 200;

        private const int StepMs = 250;

        private static readonly byte[] ApAddressBytes = { 192, 168, 4, 1 };

        private readonly IStore _store;
        private readonly BoardSettings _settings;
        private readonly BoardClock _clock;
        private readonly MqttLink? _link;
        private readonly WifiRadio _radio;
        private readonly NetPlan _plan;
        private readonly HardwareRandom _random = new HardwareRandom();
        private readonly WifiNetwork _network = new WifiNetwork();
        private readonly WifiNetwork _wish = new WifiNetwork();
        private PortalSettings? _portal;
        private bool _linkRuns;

        /// <summary>The network; <see cref="Settle"/> and <see cref="Start"/> do something.</summary>
        /// <param name="store">Records.</param>
        /// <param name="settings">What is known about networks and server.</param>
        /// <param name="link">The link to the server, or null.</param>
        /// <param name="clock">The clocks.</param>
        public BoardNetwork(IStore store, BoardSettings settings, MqttLink? link, BoardClock clock)
        {
            _store = store;
            _settings = settings;
            _link = link;
            _clock = clock;
            _radio = new WifiRadio(clock);
            _plan = new NetPlan(store, settings.ApKey.Length >= 8);
            _network.Ssid = settings.Ssid;
            _network.Password = settings.WifiPassword;
        }

        /// <summary>What the radio does.</summary>
        public NetMode Mode
        {
            get { return _plan.Mode; }
        }

        /// <summary>The board is to start anew for another mode of the radio, once the battery is handed over.</summary>
        public bool RestartWanted
        {
            get { return _plan.RestartWanted; }
        }

        /// <summary>Name of the access point.</summary>
        public string ApName { get; private set; } = "";

        /// <summary>Password of the access point; "" = there is none, and then no access point either.</summary>
        public string ApKey
        {
            get { return _settings.ApKey; }
        }

        /// <summary>Rounds of the network thread that failed.</summary>
        public int Faults { get; private set; }

        /// <summary>
        /// Before anything else runs: decides the mode. A radio that is in another one is set and the board starts again at once; nothing
        /// was sent to the inverter yet.
        /// </summary>
        public void Settle()
        {
            try
            {
                ApName = WifiRadio.ApName();
                if (!_plan.Begin(_network.Ssid.Length > 0, _radio.ApOn)) return;
                WifiRadio.Configure(_plan.Mode == NetMode.AccessPoint, ApName, ApKey, ApAddress);
                Power.RebootDevice();
            }
            catch (Exception)
            {
                Faults++; // without Wi-Fi the battery works all the same
            }
        }

        /// <summary>Starts the threads.</summary>
        /// <param name="window">What portal and control loop share.</param>
        /// <param name="version">Version of the agent.</param>
        public void Start(PortalWindow window, string version)
        {
            if (_plan.Mode != NetMode.Silent) Serve(window, version);
            new Thread(Run).Start();
        }

        private void Serve(PortalWindow window, string version)
        {
            X509Certificate? authority = _settings.ServerCa.Length > 0 ? new X509Certificate(_settings.ServerCa) : null;
            PortalSettings settings = new PortalSettings(_store, _random, _radio, new ClaimPort(_store, _random, authority, version), window);
            settings.Address = "http://" + ApAddress + "/";
            settings.PasswordRounds = PasswordRounds;
            _portal = settings;
            PortalListener portal = new PortalListener(new IPEndPoint(IPAddress.Any, PortalListener.Port), new LocalPortal(settings), _clock);
            Thread pages = new Thread(portal.Run);
            pages.Priority = ThreadPriority.BelowNormal;
            pages.Start();
            if (_plan.Mode != NetMode.AccessPoint) return;
            IPAddress own = new IPAddress(ApAddressBytes);
            ApServers servers = new ApServers(
                new IPEndPoint(own, ApServers.DhcpPort),
                new IPEndPoint(new IPAddress(new byte[] { 255, 255, 255, 255 }), ApServers.DhcpClientPort),
                new IPEndPoint(own, ApServers.DnsPort),
                ApAddressBytes,
                _clock);
            new Thread(servers.Run).Start();
        }

        private void Run()
        {
            while (true)
            {
                try
                {
                    Step();
                }
                catch (Exception)
                {
                    Faults++; // the next round tries again
                }

                Thread.Sleep(StepMs);
            }
        }

        private void Step()
        {
            _radio.Step();
            string address = _radio.Address;
            bool joined = address.Length > 0;
            // A name that is not ours leads to an address that the asker can reach.
            if (joined && _portal != null && _plan.Mode == NetMode.Station) _portal.Address = "http://" + address + "/";
            _plan.Step(_clock.NowMs, joined);
            _radio.Say(joined ? _network.Ssid : "");
            if (joined) StartLink();
            if (_radio.TakeWish(_wish)) Change();
            else if (_plan.JoinDue(_clock.NowMs, _plan.Mode == NetMode.AccessPoint ? _radio.Guests : 0))
            {
                try
                {
                    WifiRadio.TryJoin(_network);
                }
                finally
                {
                    _plan.Tried(_clock.NowMs);
                }
            }
        }

        // A network is kept only once it was joined: a mistyped password locks nobody out.
        private void Change()
        {
            bool joined = false;
            try
            {
                joined = WifiRadio.TryJoin(_wish) && _wish.Save(_store);
            }
            finally
            {
                _radio.Answer(joined);
            }

            if (joined)
            {
                _network.Ssid = _wish.Ssid;
                _network.Password = _wish.Password;
                _plan.NetworkChosen(_clock.NowMs);
            }
            else if (_network.Ssid.Length > 0)
            {
                WifiRadio.TryJoin(_network);
            }
        }

        private void StartLink()
        {
            // From here on the runtime joins again by itself; TLS needs the time.
            BoardClock.StartSntp();
            if (_linkRuns || _link == null) return;
            _linkRuns = true;
            new Thread(_link.Run).Start();
        }
    }
}
