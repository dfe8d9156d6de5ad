using System.Text;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Network
{
    /// <summary>The owner's Wi-Fi network as it was joined at the portal.</summary>
    public sealed class WifiNetwork
    {
        /// <summary>Record in the store.</summary>
        public const string Record = "wifi";

        private const int MaxBytes = 256;
        private const string Format = "1";

        /// <summary>Its name; "" = none.</summary>
        public string Ssid = "";

        /// <summary>Its password; "" = an open network.</summary>
        public string Password = "";

        /// <summary>Reads the record.</summary>
        /// <param name="store">Holds it.</param>
        /// <returns>False when there is none; this is unchanged then.</returns>
        public bool Load(IStore store)
        {
            byte[] b = new byte[MaxBytes];
            int count = store.Read(Record, b);
            if (count <= 0) return false;
            string[] lines = Encoding.UTF8.GetString(b, 0, count).Split('\n');
            if (lines.Length != 3 || lines[0] != Format || lines[1].Length == 0) return false;
            Ssid = lines[1];
            Password = lines[2];
            return true;
        }

        /// <summary>Saves it.</summary>
        /// <param name="store">Receives it.</param>
        /// <returns>False when it is no network or could not be stored.</returns>
        public bool Save(IStore store)
        {
            if (Ssid.Length == 0 || Ssid.IndexOf('\n') >= 0 || Password.IndexOf('\n') >= 0) return false;
            byte[] b = Encoding.UTF8.GetBytes(Format + "\n" + Ssid + "\n" + Password);
            return b.Length <= MaxBytes && store.Write(Record, b, b.Length);
        }
    }
}
