using System.Text;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Inverter;

namespace JkFleet.Agent.Portal
{
    /// <summary>What is wrong with a choice.</summary>
    public enum WiringFault
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>No BMS protocol of that name.</summary>
        UnknownBms = 1,
        /// <summary>No inverter of that name.</summary>
        UnknownInverter = 2,
        /// <summary>The BMS port is too long or has blanks.</summary>
        BadBmsPort = 3,
        /// <summary>The inverter port does not name a CAN adapter.</summary>
        BadInverterPort = 4,
        /// <summary>JK's own CAN, but a port that is no CAN adapter.</summary>
        CanNeedsAdapter = 5,
        /// <summary>A serial protocol, but a CAN adapter as its port.</summary>
        SerialNeedsDevice = 6,
        /// <summary>Both wires at one adapter.</summary>
        SamePort = 7,
    }

    /// <summary>What the installer chose for the two wires; takes effect at the next start.</summary>
    public sealed class Wiring
    {
        /// <summary>Record in the store.</summary>
        public const string Record = "portal-wiring";

        /// <summary>Longest value. A name of <c>/dev/serial/by-id</c> carries maker, product and serial number.</summary>
        public const int MaxValue = 160;

        private const int MaxBytes = 1024;
        private const byte Format = 1;
        private const string CanNames = "can-";
        private const string CanScheme = "slcan:";
        private const int SchemeLength = 6;

        /// <summary>BMS protocol, one of <see cref="BmsProtocols.Names"/>; "" = not chosen.</summary>
        public string Bms = "";

        /// <summary>Where the BMS is plugged in, on machines that have names for it; "" = not chosen.</summary>
        public string BmsPort = "";

        /// <summary>Inverter or its protocol, one of <see cref="InverterPresets.Names"/>; "" = not chosen.</summary>
        public string Inverter = "";

        /// <summary>Where the inverter's CAN adapter is plugged in; "" = not chosen.</summary>
        public string InverterPort = "";

        /// <summary>The first thing that is wrong.</summary>
        public WiringFault Fault()
        {
            if (!IsBms(Bms)) return WiringFault.UnknownBms;
            if (InverterPresets.Find(Inverter) == null) return WiringFault.UnknownInverter;
            if (!IsPlain(BmsPort)) return WiringFault.BadBmsPort;
            bool can = Begins(Bms, CanNames);
            if (BmsPort.Length > 0 && can && !Begins(BmsPort, CanScheme)) return WiringFault.CanNeedsAdapter;
            if (BmsPort.Length > 0 && !can && Begins(BmsPort, CanScheme)) return WiringFault.SerialNeedsDevice;
            bool known = InverterPort.Length == 0 || Begins(InverterPort, CanScheme);
            if (!known || !IsPlain(InverterPort)) return WiringFault.BadInverterPort;
            return InverterPort.Length > 0 && DeviceOf(BmsPort) == DeviceOf(InverterPort) ? WiringFault.SamePort : WiringFault.None;
        }

        /// <summary>Takes a device that was picked for the BMS; its protocol says whether a CAN adapter is meant.</summary>
        /// <param name="device">Its name.</param>
        public void PickBms(string device)
        {
            BmsPort = Begins(Bms, CanNames) ? CanScheme + device : device;
        }

        /// <summary>Takes a device that was picked for the inverter: always a CAN adapter.</summary>
        /// <param name="device">Its name.</param>
        public void PickInverter(string device)
        {
            InverterPort = CanScheme + device;
        }

        /// <summary>The device of a port: without what says how it is spoken to.</summary>
        /// <param name="port">A port.</param>
        public static string DeviceOf(string port)
        {
            return Begins(port, CanScheme) ? port.Substring(SchemeLength) : port;
        }

        /// <summary>Reads what was chosen.</summary>
        /// <param name="store">The store.</param>
        /// <returns>False when nothing, or nothing usable, was chosen; this is unchanged then.</returns>
        public bool Load(IStore store)
        {
            byte[] b = new byte[MaxBytes];
            int count = store.Read(Record, b);
            if (count < 1 || b[0] != Format) return false;
            string[] lines = Encoding.UTF8.GetString(b, 1, count - 1).Split('\n');
            if (lines.Length != 4) return false;
            Wiring found = new Wiring();
            found.Bms = lines[0];
            found.BmsPort = lines[1];
            found.Inverter = lines[2];
            found.InverterPort = lines[3];
            if (found.Fault() != WiringFault.None) return false;
            Bms = found.Bms;
            BmsPort = found.BmsPort;
            Inverter = found.Inverter;
            InverterPort = found.InverterPort;
            return true;
        }

        /// <summary>Saves the choice.</summary>
        /// <param name="store">The store.</param>
        public bool Save(IStore store)
        {
            byte[] text = Encoding.UTF8.GetBytes(Bms + "\n" + BmsPort + "\n" + Inverter + "\n" + InverterPort);
            byte[] b = new byte[text.Length + 1];
            b[0] = Format;
            for (int i = 0; i < text.Length; i++) b[i + 1] = text[i];
            return store.Write(Record, b, b.Length);
        }

        private static bool IsBms(string name)
        {
            string[] names = BmsProtocols.Names;
            for (int i = 0; i < names.Length; i++)
                if (names[i] == name) return true;
            return false;
        }

        // With something behind it: a beginning alone names nothing.
        private static bool Begins(string text, string beginning)
        {
            return text.Length > beginning.Length && text.Substring(0, beginning.Length) == beginning;
        }

        private static bool IsPlain(string name)
        {
            if (name.Length > MaxValue) return false;
            for (int i = 0; i < name.Length; i++)
                if (name[i] <= ' ' || name[i] > '~') return false;
            return true;
        }
    }
}
