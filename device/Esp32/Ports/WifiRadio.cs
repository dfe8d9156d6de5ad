using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;
using JkFleet.Agent.Network;
using JkFleet.Agent.Ports;
using nanoFramework.Networking;

namespace JkFleet.Board
{
    /// <summary>
    /// The radio of the ESP32. What blocks (joining, half a minute at most) runs on the network thread; the portal only leaves wishes
    /// and looks at results.
    /// </summary>
    public sealed class WifiRadio : IWifiPort
    {
        private const int JoinMs = 30000;
        private const int ScanMs = 15000;
        private const int Phones = 4;
        private const byte Channel = 6;
        private const string Mask = "255.255.255.0";

        private readonly object _gate = new object();
        private readonly WifiList _found = new WifiList();
        private readonly IClock _clock;
        private WifiAdapter? _adapter;
        private bool _scanWanted;
        private bool _scanning;
        private long _scanSinceMs;
        private ErrandState _state;
        private string _wantedSsid = "";
        private string _wantedPassword = "";
        private string _current = "";

        /// <summary>A radio; nothing is touched yet.</summary>
        /// <param name="clock">The clock.</param>
        public WifiRadio(IClock clock)
        {
            _clock = clock;
        }

        /// <inheritdoc/>
        public bool Settable
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public bool Scanning
        {
            get { lock (_gate) return _scanWanted || _scanning; }
        }

        /// <inheritdoc/>
        public int Count
        {
            get { lock (_gate) return _found.Count; }
        }

        /// <inheritdoc/>
        public ErrandState State
        {
            get { lock (_gate) return _state; }
        }

        /// <inheritdoc/>
        public string Current
        {
            get { lock (_gate) return _current; }
        }

        /// <summary>The radio was started with its access point.</summary>
        public bool ApOn
        {
            get
            {
                WirelessAPConfiguration? ap = Ap();
                return ap != null && (ap.Options & WirelessAPConfiguration.ConfigurationOptions.Enable) != 0;
            }
        }

        /// <summary>Phones at our access point.</summary>
        public int Guests
        {
            get
            {
                WirelessAPConfiguration? ap = Ap();
                WirelessAPStation[]? phones = ap == null ? null : ap.GetConnectedStations();
                return phones == null ? 0 : phones.Length;
            }
        }

        /// <summary>Address of the station in the owner's network, or "" while it has none.</summary>
        public string Address
        {
            get
            {
                NetworkInterface? station = Interface(NetworkInterfaceType.Wireless80211);
                string? address = station == null ? null : station.IPv4Address;
                return address == null || address == "0.0.0.0" ? "" : address;
            }
        }

        /// <summary>Name of the access point: <c>JkFleet-</c> and the last two bytes of the radio's address.</summary>
        public static string ApName()
        {
            NetworkInterface? station = Interface(NetworkInterfaceType.Wireless80211);
            byte[]? mac = station == null ? null : station.PhysicalAddress;
            return mac == null || mac.Length < 6 ? "JkFleet" : "JkFleet-" + mac[4].ToString("X2") + mac[5].ToString("X2");
        }

        /// <summary>Sets the radio for the next start.</summary>
        /// <param name="ap">With the access point.</param>
        /// <param name="ssid">Its name.</param>
        /// <param name="key">Its password, 8 to 63 characters.</param>
        /// <param name="address">Its address.</param>
        public static void Configure(bool ap, string ssid, string key, string address)
        {
            NetworkInterface? own = Interface(NetworkInterfaceType.WirelessAP);
            WirelessAPConfiguration? access = Ap();
            if (own != null && access != null)
            {
                if (ap) own.EnableStaticIPv4(address, Mask, address);
                access.Options = ap ? WirelessAPConfiguration.ConfigurationOptions.AutoStart : WirelessAPConfiguration.ConfigurationOptions.Disable;
                if (ap)
                {
                    access.Ssid = ssid;
                    access.Password = key;
                    access.Authentication = AuthenticationType.WPA2;
                    access.Encryption = EncryptionType.WPA2;
                    access.Channel = Channel;
                    access.MaxConnections = Phones;
                }

                access.SaveConfiguration();
            }

            NetworkInterface? station = Interface(NetworkInterfaceType.Wireless80211);
            if (station == null) return;
            Wireless80211Configuration join = Wireless80211Configuration.GetAllWireless80211Configurations()[(int)station.SpecificConfigId];
            // The station is on beside the access point: without it there is no scan.
            join.Options = ap ? Wireless80211Configuration.ConfigurationOptions.Enable : Wireless80211Configuration.ConfigurationOptions.AutoConnect;
            join.SaveConfiguration();
        }

        /// <inheritdoc/>
        public string Ssid(int index)
        {
            lock (_gate) return _found.Ssid(index);
        }

        /// <inheritdoc/>
        public int RssiDbm(int index)
        {
            lock (_gate) return _found.RssiDbm(index);
        }

        /// <inheritdoc/>
        public void Scan()
        {
            lock (_gate) _scanWanted = true;
        }

        /// <inheritdoc/>
        public bool Join(string ssid, string password)
        {
            lock (_gate)
            {
                if (_state == ErrandState.Running) return false;
                _wantedSsid = ssid;
                _wantedPassword = password;
                _state = ErrandState.Running;
                return true;
            }
        }

        /// <summary>Network thread: the network that somebody chose at the portal.</summary>
        /// <param name="network">Filled when true is returned; answer with <see cref="Answer"/>.</param>
        public bool TakeWish(WifiNetwork network)
        {
            lock (_gate)
            {
                if (_state != ErrandState.Running) return false;
                network.Ssid = _wantedSsid;
                network.Password = _wantedPassword;
                return true;
            }
        }

        /// <summary>Network thread: how the wish ended.</summary>
        /// <param name="joined">It was joined and kept.</param>
        public void Answer(bool joined)
        {
            lock (_gate)
            {
                _state = joined ? ErrandState.Done : ErrandState.Failed;
                _wantedPassword = "";
            }
        }

        /// <summary>Network thread: what is said to be in use.</summary>
        /// <param name="ssid">Its name, or "".</param>
        public void Say(string ssid)
        {
            lock (_gate) _current = ssid;
        }

        /// <summary>Network thread: joins; blocks for <c>30 s</c> at most.</summary>
        /// <param name="network">The network.</param>
        public static bool TryJoin(WifiNetwork network)
        {
            using (CancellationTokenSource patience = new CancellationTokenSource(JoinMs))
                return WifiNetworkHelper.ConnectDhcp(network.Ssid, network.Password, WifiReconnectionKind.Automatic, false, 0, patience.Token);
        }

        /// <summary>Network thread: begins a scan that was wished, and ends one that never comes back.</summary>
        public void Step()
        {
            lock (_gate)
            {
                if (_scanning && _clock.NowMs - _scanSinceMs >= ScanMs) _scanning = false;
                if (!_scanWanted || _scanning) return;
                _scanWanted = false;
                _scanning = true;
                _scanSinceMs = _clock.NowMs;
            }

            if (_adapter == null)
            {
                _adapter = WifiAdapter.FindAllAdapters()[0];
                _adapter.AvailableNetworksChanged += Found;
            }

            _adapter.ScanAsync();
        }

        private void Found(WifiAdapter sender, object e)
        {
            WifiAvailableNetwork[] networks = sender.NetworkReport.AvailableNetworks;
            lock (_gate)
            {
                _found.Clear();
                for (int i = 0; i < networks.Length; i++) _found.Add(networks[i].Ssid, (int)networks[i].NetworkRssiInDecibelMilliwatts);
                _scanning = false;
            }
        }

        private static WirelessAPConfiguration? Ap()
        {
            NetworkInterface? own = Interface(NetworkInterfaceType.WirelessAP);
            return own == null ? null : WirelessAPConfiguration.GetAllWirelessAPConfigurations()[(int)own.SpecificConfigId];
        }

        private static NetworkInterface? Interface(NetworkInterfaceType type)
        {
            NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
            for (int i = 0; i < all.Length; i++)
                if (all[i].NetworkInterfaceType == type) return all[i];
            return null;
        }
    }
}
