// Signatures of nanoFramework package System.Device.Wifi 1.5.147.0 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;
using System.Device.Wifi;
using System.Threading;

namespace nanoFramework.Networking
{
    public static class WifiNetworkHelper
    {
        public static extern ManualResetEvent NetworkReady { get; }
        public static extern NetworkHelperStatus Status { get; }
        public static extern Exception HelperException { get; }
        public static extern void SetupNetworkHelper(bool requiresDateTime = false);
        public static extern void SetupNetworkHelper(IPConfiguration ipConfiguration, bool requiresDateTime = false);
        public static extern void SetupNetworkHelper(string ssid, string password, WifiReconnectionKind reconnectionKind = (WifiReconnectionKind)0, bool requiresDateTime = false);
        public static extern void Disconnect();
        public static extern bool ConnectDhcp(string ssid, string password, WifiReconnectionKind reconnectionKind = (WifiReconnectionKind)0, bool requiresDateTime = false, int wifiAdapterId = 0, CancellationToken token = default);
        public static extern bool ConnectFixAddress(string ssid, string password, IPConfiguration ipConfiguration, WifiReconnectionKind reconnectionKind = (WifiReconnectionKind)0, bool requiresDateTime = false, int WifiAdapter = 0, CancellationToken token = default);
        public static extern bool ScanAndConnectDhcp(string ssid, string password, WifiReconnectionKind reconnectionKind = (WifiReconnectionKind)0, bool requiresDateTime = false, int WifiAdapter = 0, CancellationToken token = default);
        public static extern bool Reconnect(bool requiresDateTime = false, int wifiAdapterId = 0, CancellationToken token = default);
        public static extern void Reset();
    }
}

namespace System.Device.Wifi
{
    public enum WifiReconnectionKind
    {
        Automatic = 0,
        Manual = 1,
    }
}
