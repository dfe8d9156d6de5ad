using System.Text;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Network
{
    /// <summary>What a claim gave this board: who it is, where its server listens, and its secret.</summary>
    public sealed class Enrolment
    {
        /// <summary>Record in the store.</summary>
        public const string Record = "enrolment";

        /// <summary>Longest host name or secret, characters.</summary>
        public const int MaxValue = 128;

        private const int MaxBytes = 512;
        private const string Format = "1";
        private const int Lines = 6;

        /// <summary>As the server named this device; "" = not enrolled.</summary>
        public string DeviceId = "";

        /// <summary>Broker's host.</summary>
        public string MqttHost = "";

        /// <summary>Broker's port.</summary>
        public int MqttPort;

        /// <summary>The broker speaks TLS.</summary>
        public bool MqttTls;

        /// <summary>The device's own secret; never shown.</summary>
        public string Secret = "";

        /// <summary>Everything is there and makes sense.</summary>
        public bool IsWhole
        {
            get
            {
                return Topics.IsDeviceId(DeviceId) && IsPlain(MqttHost) && IsPlain(Secret) && MqttPort > 0 && MqttPort < 65536;
            }
        }

        /// <summary>Reads the record.</summary>
        /// <param name="store">Holds it.</param>
        /// <returns>False when there is none; this is unchanged then.</returns>
        public bool Load(IStore store)
        {
            byte[] b = new byte[MaxBytes];
            int count = store.Read(Record, b);
            if (count <= 0) return false;
            string[] lines = Encoding.UTF8.GetString(b, 0, count).Split('\n');
            if (lines.Length != Lines || lines[0] != Format) return false;
            Enrolment found = new Enrolment();
            found.DeviceId = lines[1];
            found.MqttHost = lines[2];
            if (!int.TryParse(lines[3], out found.MqttPort)) return false;
            found.MqttTls = lines[4] == "1";
            found.Secret = lines[5];
            if (!found.IsWhole) return false;
            DeviceId = found.DeviceId;
            MqttHost = found.MqttHost;
            MqttPort = found.MqttPort;
            MqttTls = found.MqttTls;
            Secret = found.Secret;
            return true;
        }

        /// <summary>Saves it.</summary>
        /// <param name="store">Receives it.</param>
        /// <returns>False when it is not whole or could not be stored.</returns>
        public bool Save(IStore store)
        {
            if (!IsWhole) return false;
            byte[] b = Encoding.UTF8.GetBytes(
                Format + "\n" + DeviceId + "\n" + MqttHost + "\n" + MqttPort.ToString() + "\n" + (MqttTls ? "1" : "0") + "\n" + Secret);
            return b.Length <= MaxBytes && store.Write(Record, b, b.Length);
        }

        // What goes into a line must not make another one.
        private static bool IsPlain(string value)
        {
            if (value.Length == 0 || value.Length > MaxValue) return false;
            for (int i = 0; i < value.Length; i++)
                if (value[i] <= ' ' || value[i] > '~') return false;
            return true;
        }
    }
}
