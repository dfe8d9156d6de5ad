namespace JkFleet.Agent.Portal
{
    /// <summary>What a page says above everything else about the request before it: that it was done, or what was wrong and where.</summary>
    internal static class Notice
    {
        public const int None = 0;
        public const int Saved = 1;
        public const int Restarting = 2;
        public const int Changed = 3;

        // From here on something went wrong.
        public const int WrongPassword = 4;
        public const int Pause = 5;
        public const int NotSame = 6;
        public const int NotSaved = 7;
        public const int OldForm = 8;
        public const int Busy = 9;
        public const int ResetWrong = 10;
        public const int BadWifi = 11;
        public const int BadServer = 12;
        public const int BadCode = 13;
        public const int UnknownBms = 14;
        public const int UnknownInverter = 15;
        public const int BadBmsPort = 16;
        public const int BadInverterPort = 17;
        public const int CanNeedsAdapter = 18;
        public const int SerialNeedsDevice = 19;
        public const int SamePort = 20;
        public const int TypePort = 21;

        public static bool IsBad(int notice)
        {
            return notice > Changed;
        }

        // The notice of a redirect is a number of our own: nothing that a link could put words or false alarms into.
        public static int OfQuery(string? number)
        {
            if (number == "1") return Saved;
            if (number == "2") return Restarting;
            return number == "3" ? Changed : None;
        }

        public static int OfWiring(WiringFault fault)
        {
            switch (fault)
            {
                case WiringFault.UnknownBms: return UnknownBms;
                case WiringFault.UnknownInverter: return UnknownInverter;
                case WiringFault.BadBmsPort: return BadBmsPort;
                case WiringFault.BadInverterPort: return BadInverterPort;
                case WiringFault.CanNeedsAdapter: return CanNeedsAdapter;
                case WiringFault.SerialNeedsDevice: return SerialNeedsDevice;
                case WiringFault.SamePort: return SamePort;
                default: return None;
            }
        }

        public static string Of(int notice, PortalText t)
        {
            switch (notice)
            {
                case Saved: return t.Of("Saved. It takes effect at the next start.", "Guardado. Vale desde el próximo arranque.");
                case Restarting: return t.Of("The device starts anew.", "El equipo se reinicia.");
                case Changed: return t.Of("Done.", "Hecho.");
                case WrongPassword: return t.Of("That is not the password.", "La contraseña no es correcta.");
                case Pause: return t.Of("Too many wrong guesses. Wait until the next one, seconds:", "Demasiados intentos. Segundos hasta el siguiente:");
                case NotSame: return t.Of("The two passwords differ, or are not 8 to 64 characters long.", "Las dos contraseñas son distintas o no tienen de 8 a 64 caracteres.");
                case NotSaved: return t.Of("It could not be saved: is the storage full or broken?", "No se pudo guardar: ¿almacenamiento lleno o dañado?");
                case OldForm: return t.Of("This form was out of date. Please try again.", "Este formulario había caducado. Inténtelo de nuevo.");
                case Busy: return t.Of("An earlier wish is not done yet. Please try again.", "Hay otra orden pendiente. Inténtelo de nuevo.");
                case ResetWrong: return t.Of("Nothing was reset: the word RESET was not typed.", "No se borró nada: no se escribió RESET.");
                case BadWifi: return t.Of("A network has 1 to 32 characters, its password none or 8 to 63.", "La red tiene de 1 a 32 caracteres y su contraseña ninguno o de 8 a 63.");
                case BadServer: return t.Of("Server address: write it like http://fleet.local:8080", "Dirección del servidor: escríbala como http://fleet.local:8080");
                case BadCode: return t.Of("Claim code: write the 16 letters and digits that the server shows.", "Código de alta: escriba las 16 letras y cifras que muestra el servidor.");
                case UnknownBms: return t.Of("BMS protocol: choose one of the list.", "Protocolo del BMS: elija uno de la lista.");
                case UnknownInverter: return t.Of("Inverter: choose one of the list.", "Inversor: elija uno de la lista.");
                case BadBmsPort: return t.Of("BMS port: at most 160 plain characters without blanks, like /dev/ttyUSB0", "Puerto del BMS: hasta 160 caracteres sin espacios, como /dev/ttyUSB0");
                case BadInverterPort: return t.Of("Inverter port: write slcan: and the adapter's device, like slcan:/dev/ttyACM0", "Puerto del inversor: escriba slcan: y el dispositivo, como slcan:/dev/ttyACM0");
                case CanNeedsAdapter: return t.Of("BMS port: JK's CAN is heard on a CAN adapter, write slcan:/dev/ttyACM0", "Puerto del BMS: el CAN de JK usa un adaptador CAN, escriba slcan:/dev/ttyACM0");
                case SerialNeedsDevice: return t.Of("BMS port: this protocol has a serial device, like /dev/ttyUSB0, not slcan:", "Puerto del BMS: este protocolo usa un puerto serie, como /dev/ttyUSB0, no slcan:");
                case SamePort: return t.Of("BMS and inverter cannot hang at the same adapter.", "El BMS y el inversor no pueden estar en el mismo adaptador.");
                case TypePort: return t.Of("Type the name of the port, then save.", "Escriba el nombre del puerto y guarde.");
                default: return "";
            }
        }
    }
}
