using System.Text;
using JkFleet.Agent.Network;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;

namespace JkFleet.Board
{
    /// <summary>
    /// What the board must know before it can speak to anybody: lines of <c>name=value</c> in the records <c>label</c> (what it was
    /// flashed with for good) and <c>settings</c>, and over them what was set at the portal: network, enrolment, wires.
    /// </summary>
    public sealed class BoardSettings
    {
        /// <summary>Name of the record.</summary>
        public const string Record = "settings";

        /// <summary>Longest record, bytes.</summary>
        public const int MaxBytes = 4096;

        /// <summary>Password of the board's own access point, on its label; shorter than 8 characters = no access point.</summary>
        public string ApKey = "";

        /// <summary>Wi-Fi network; "" = none yet.</summary>
        public string Ssid = "";

        /// <summary>Wi-Fi password.</summary>
        public string WifiPassword = "";

        /// <summary>Host of the MQTT broker; "" = no server.</summary>
        public string ServerHost = "";

        /// <summary>Port of the MQTT broker.</summary>
        public int ServerPort = 8883;

        /// <summary>TLS; off only in a closed network.</summary>
        public bool ServerTls = true;

        /// <summary>Device id and user name.</summary>
        public string DeviceId = "";

        /// <summary>Device secret.</summary>
        public string Secret = "";

        /// <summary>Protocol towards the BMS (<see cref="JkFleet.Bms.BmsProtocols"/>).</summary>
        public string BmsProtocol = "jk-4e57";

        /// <summary>Speed of the UART.</summary>
        public int BmsBitsPerSecond = 115200;

        /// <summary>Preset of the inverter (<see cref="JkFleet.Inverter.InverterPresets"/>).</summary>
        public string InverterProtocol = "generic-lv";

        /// <summary>Public release key, 64 hex digits; "" = no updates over the air.</summary>
        public string ReleaseKey = "";

        /// <summary>PEM of the certificate authority that signed the server's certificate.</summary>
        public string ServerCa = "";

        /// <summary>Reads all of it; lines that nobody knows are skipped.</summary>
        /// <param name="store">Holds the records.</param>
        public void Load(IStore store)
        {
            byte[] buffer = new byte[MaxBytes];
            Read(store, FactoryReset.Label, buffer);
            Read(store, Record, buffer);
            WifiNetwork network = new WifiNetwork();
            if (network.Load(store))
            {
                Ssid = network.Ssid;
                WifiPassword = network.Password;
            }

            Enrolment enrolment = new Enrolment();
            if (enrolment.Load(store))
            {
                ServerHost = enrolment.MqttHost;
                ServerPort = enrolment.MqttPort;
                ServerTls = enrolment.MqttTls;
                DeviceId = enrolment.DeviceId;
                Secret = enrolment.Secret;
            }

            Wiring wiring = new Wiring();
            if (!wiring.Load(store)) return;
            BmsProtocol = wiring.Bms;
            InverterProtocol = wiring.Inverter;
        }

        private void Read(IStore store, string record, byte[] buffer)
        {
            int count = store.Read(record, buffer);
            if (count <= 0) return;
            string[] lines = Encoding.UTF8.GetString(buffer, 0, count).Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                int equals = lines[i].IndexOf('=');
                if (equals > 0) Set(lines[i].Substring(0, equals), lines[i].Substring(equals + 1));
            }
        }

        private void Set(string name, string value)
        {
            int number;
            switch (name)
            {
                case "ap_password": ApKey = value; break;
                case "ssid": Ssid = value; break;
                case "wifi_password": WifiPassword = value; break;
                case "server_host": ServerHost = value; break;
                case "server_port": if (int.TryParse(value, out number) && number > 0 && number < 65536) ServerPort = number; break;
                case "server_tls": ServerTls = value != "false"; break;
                case "server_ca": ServerCa = Unfold(value); break;
                case "device_id": DeviceId = value; break;
                case "secret": Secret = value; break;
                case "bms_protocol": BmsProtocol = value; break;
                case "bms_bits": if (int.TryParse(value, out number) && number >= 1200 && number <= 921600) BmsBitsPerSecond = number; break;
                case "inverter_protocol": InverterProtocol = value; break;
                case "release_key": ReleaseKey = value; break;
                default: break;
            }
        }

        // A PEM has lines of its own; in the record they are separated by '|'.
        private static string Unfold(string value)
        {
            return new StringBuilder(value).Replace('|', '\n').ToString();
        }
    }
}
