namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// The few things we say to a BMS. BB (restart), BC (factory reset) and BD (upgrade) exist and have no builder here.
    /// All write a whole frame to the buffer from index 0 and return its length (21 or 22).
    /// </summary>
    public static class Jk4E57Requests
    {
        /// <summary>Register of the charge MOS switch setting.</summary>
        public const int ChargeSwitch = 0xAB;

        /// <summary>Register of the discharge MOS switch setting.</summary>
        public const int DischargeSwitch = 0xAC;

        /// <summary>Register of the balancer switch setting.</summary>
        public const int BalancerSwitch = 0x9D;

        /// <summary>Asks for every register.</summary>
        /// <param name="buffer">At least 21 bytes.</param>
        public static int ReadAll(byte[] buffer)
        {
            return Request(buffer, Jk4E57Frame.ReadAll, Jk4E57Frame.FromPc, 0, -1);
        }

        /// <summary>Asks for one register.</summary>
        /// <param name="buffer">At least 21 bytes.</param>
        /// <param name="id">79..C0.</param>
        public static int ReadOne(byte[] buffer, int id)
        {
            return Request(buffer, Jk4E57Frame.ReadOne, Jk4E57Frame.FromPc, id, -1);
        }

        /// <summary>Wakes a sleeping BMS.</summary>
        /// <param name="buffer">At least 21 bytes.</param>
        public static int Activate(byte[] buffer)
        {
            return Request(buffer, Jk4E57Frame.Activate, Jk4E57Frame.FromPc, 0, -1);
        }

        /// <summary>Announces a write; 150 ms later the write may follow. Some units do not need it.</summary>
        /// <param name="buffer">At least 22 bytes.</param>
        public static int Password(byte[] buffer)
        {
            return Request(buffer, Jk4E57Frame.Password, Jk4E57Frame.FromGps, 0, 0);
        }

        /// <summary>Sets one of the three switches. The BMS stores it: never send cyclically, confirm by reading again.</summary>
        /// <param name="buffer">At least 22 bytes.</param>
        /// <param name="which">Switch.</param>
        /// <param name="on">Position.</param>
        public static int Switch(byte[] buffer, BmsSwitch which, bool on)
        {
            return Request(buffer, Jk4E57Frame.Write, Jk4E57Frame.FromGps, RegisterOf(which), on ? 1 : 0);
        }

        /// <summary>Register that holds a switch setting.</summary>
        /// <param name="which">Switch.</param>
        public static int RegisterOf(BmsSwitch which)
        {
            return which == BmsSwitch.Charge ? ChargeSwitch : which == BmsSwitch.Discharge ? DischargeSwitch : BalancerSwitch;
        }

        private static int Request(byte[] b, byte command, byte source, int id, int value)
        {
            for (int i = 0; i < 4; i++) b[Jk4E57Frame.TerminalAt + i] = 0;
            b[Jk4E57Frame.CommandAt] = command;
            b[Jk4E57Frame.SourceAt] = source;
            b[Jk4E57Frame.TransferAt] = Jk4E57Frame.Request;
            b[Jk4E57Frame.InfoAt] = (byte)id;
            if (value < 0) return Jk4E57Frame.Seal(b, 1);
            b[Jk4E57Frame.InfoAt + 1] = (byte)value;
            return Jk4E57Frame.Seal(b, 2);
        }
    }
}
