namespace JkFleet.Agent.Network
{
    /// <summary>What a scan found: the strongest networks by name, each once.</summary>
    public sealed class WifiList
    {
        /// <summary>Networks kept.</summary>
        public const int Most = 20;

        private readonly string[] _ssid = new string[Most];
        private readonly int[] _rssiDbm = new int[Most];

        /// <summary>Networks there.</summary>
        public int Count { get; private set; }

        /// <summary>Name of a network.</summary>
        /// <param name="index">Below <see cref="Count"/>; 0 is the strongest.</param>
        public string Ssid(int index)
        {
            return index < Count ? _ssid[index] : "";
        }

        /// <summary>Its strength, dBm.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        public int RssiDbm(int index)
        {
            return index < Count ? _rssiDbm[index] : 0;
        }

        /// <summary>Begins anew.</summary>
        public void Clear()
        {
            Count = 0;
        }

        /// <summary>Adds a network; hidden ones have no name and are left out, the weakest goes when the list is full.</summary>
        /// <param name="ssid">Its name.</param>
        /// <param name="rssiDbm">Its strength, dBm.</param>
        public void Add(string? ssid, int rssiDbm)
        {
            if (ssid == null || ssid.Length == 0 || ssid.Length > 32) return;
            int at = Count;
            for (int i = 0; i < Count; i++)
                if (_ssid[i] == ssid) at = i;
            if (at < Count && _rssiDbm[at] >= rssiDbm) return;
            if (at == Count)
            {
                if (Count < Most) Count++;
                else if (_rssiDbm[Most - 1] >= rssiDbm) return;
                else at = Most - 1;
            }

            // The others keep their order, strongest first.
            for (; at > 0 && _rssiDbm[at - 1] < rssiDbm; at--)
            {
                _ssid[at] = _ssid[at - 1];
                _rssiDbm[at] = _rssiDbm[at - 1];
            }

            _ssid[at] = ssid;
            _rssiDbm[at] = rssiDbm;
        }
    }
}
