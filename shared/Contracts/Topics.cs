namespace JkFleet.Contracts
{
    /// <summary>
    /// The topic tree. A device may publish and subscribe below its own id only, and only these leaves.
    /// Changing a leaf or a field's meaning raises <see cref="Version"/>.
    /// </summary>
    public static class Topics
    {
        /// <summary>Contract version, in every message as <c>v</c> and in the topic root.</summary>
        public const int Version = 1;

        /// <summary>Root of every topic, with the slash.</summary>
        public const string Root = "jk/v1/";

        /// <summary>Device to server, QoS 1: one <see cref="Telemetry"/>.</summary>
        public const string Telemetry = "telemetry";

        /// <summary>Device to server, QoS 1, after every connect: who and what runs there.</summary>
        public const string Hello = "hello";

        /// <summary>Device to server, QoS 1, retained, and the last will: online or not.</summary>
        public const string Status = "status";

        /// <summary>Device to server, QoS 1: what is in force, with the verdict on the last desired state.</summary>
        public const string Reported = "reported";

        /// <summary>Device to server, QoS 1: something happened (alarm edge, loss, recovery, update step).</summary>
        public const string Event = "event";

        /// <summary>Device to server, QoS 1: the answer to one command.</summary>
        public const string Verdict = "verdict";

        /// <summary>Server to device, QoS 1: the desired state (profile, firmware).</summary>
        public const string Desired = "desired";

        /// <summary>Server to device, QoS 1: one expiring command.</summary>
        public const string Command = "command";

        /// <summary>Longest device id.</summary>
        public const int MaxDeviceId = 48;

        /// <summary>The full topic of a leaf.</summary>
        /// <param name="deviceId">The device.</param>
        /// <param name="leaf">One of the leaves above.</param>
        public static string Of(string deviceId, string leaf)
        {
            return Root + deviceId + "/" + leaf;
        }

        /// <summary>Device ids are 1..48 of a-z, 0-9, '-' and '_': safe in topics, addresses and file names.</summary>
        /// <param name="deviceId">The candidate.</param>
        public static bool IsDeviceId(string deviceId)
        {
            if (deviceId == null || deviceId.Length == 0 || deviceId.Length > MaxDeviceId) return false;
            for (int i = 0; i < deviceId.Length; i++)
            {
                char c = deviceId[i];
                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
            }

            return true;
        }
    }
}
