// Signatures of nanoFramework package nanoFramework.Networking.Sntp 1.6.0.0 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace nanoFramework.Networking
{
    public class Sntp
    {
        public static extern bool IsStarted { get; }
        public static extern string Server1 { get; set; }
        public static extern string Server2 { get; set; }
        public static extern void Start();
        public static extern void Stop();
        public static extern void UpdateNow();
        public extern Sntp();
    }
}
