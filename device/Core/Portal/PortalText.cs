using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>Every text of the portal in both languages, side by side. A switch, not an array: an array would keep all of them in RAM.</summary>
    public sealed class PortalText
    {
        private bool _es;

        /// <summary>Spanish; otherwise English.</summary>
        public bool Spanish
        {
            get { return _es; }
            set { _es = value; }
        }

        /// <summary>"JkFleet"</summary>
        public const int Title = 0;

        /// <summary>"Status"</summary>
        public const int Status = 1;

        /// <summary>"Setup"</summary>
        public const int Setup = 2;

        /// <summary>"Profile"</summary>
        public const int ProfileWord = 3;

        /// <summary>"Device"</summary>
        public const int DeviceWord = 4;

        /// <summary>"First start"</summary>
        public const int Welcome = 5;

        /// <summary>"Choose a password for this device. Without it nobody can look or change anything here."</summary>
        public const int WelcomeText = 6;

        /// <summary>"Password"</summary>
        public const int Password = 7;

        /// <summary>"Password again"</summary>
        public const int PasswordAgain = 8;

        /// <summary>"8 to 64 characters"</summary>
        public const int PasswordRule = 9;

        /// <summary>"Save"</summary>
        public const int Save = 10;

        /// <summary>"Sign in"</summary>
        public const int SignIn = 11;

        /// <summary>"Sign out"</summary>
        public const int SignOut = 12;

        /// <summary>"That is not the password."</summary>
        public const int WrongPassword = 13;

        /// <summary>"Too many wrong guesses. Try again in seconds:"</summary>
        public const int Pause = 14;

        /// <summary>"The two passwords differ, or are not 8 to 64 characters long."</summary>
        public const int NotSame = 15;

        /// <summary>"It could not be saved: is the storage full or broken?"</summary>
        public const int NotSaved = 16;

        /// <summary>"This form is out of date. Please try again."</summary>
        public const int OldForm = 17;

        /// <summary>"State of charge"</summary>
        public const int SocWord = 18;

        /// <summary>"Voltage"</summary>
        public const int Voltage = 19;

        /// <summary>"Current"</summary>
        public const int Current = 20;

        /// <summary>"Power"</summary>
        public const int PowerWord = 21;

        /// <summary>"Charge limit"</summary>
        public const int ChargeLimit = 22;

        /// <summary>"Discharge limit"</summary>
        public const int DischargeLimit = 23;

        /// <summary>"Voltage limits"</summary>
        public const int Asked = 24;

        /// <summary>"Alarms"</summary>
        public const int AlarmsWord = 25;

        /// <summary>"none"</summary>
        public const int NoAlarms = 26;

        /// <summary>"Links"</summary>
        public const int Links = 27;

        /// <summary>"Inverter"</summary>
        public const int InverterWord = 28;

        /// <summary>"Server"</summary>
        public const int ServerWord = 29;

        /// <summary>"connected"</summary>
        public const int Connected = 30;

        /// <summary>"not connected; the battery works without it"</summary>
        public const int NotConnected = 31;

        /// <summary>"nothing is sent"</summary>
        public const int NothingSent = 32;

        /// <summary>"Cells"</summary>
        public const int CellsWord = 33;

        /// <summary>"Temperatures"</summary>
        public const int Temps = 34;

        /// <summary>"Health"</summary>
        public const int HealthWord = 35;

        /// <summary>"cycles"</summary>
        public const int Cycles = 36;

        /// <summary>"Capacity"</summary>
        public const int CapacityWord = 37;

        /// <summary>"Switches"</summary>
        public const int SwitchesWord = 38;

        /// <summary>"charge"</summary>
        public const int ChargeShort = 39;

        /// <summary>"discharge"</summary>
        public const int DischargeShort = 40;

        /// <summary>"balancer"</summary>
        public const int Balancer = 41;

        /// <summary>"on"</summary>
        public const int On = 42;

        /// <summary>"off"</summary>
        public const int Off = 43;

        /// <summary>"Agent"</summary>
        public const int VersionWord = 44;

        /// <summary>"BMS version"</summary>
        public const int BmsVersionWord = 45;

        /// <summary>"Running for"</summary>
        public const int UptimeWord = 46;

        /// <summary>"Read"</summary>
        public const int AgeWord = 47;

        /// <summary>"s ago"</summary>
        public const int AgeAgo = 48;

        /// <summary>"No contact with the device"</summary>
        public const int NoContact = 49;

        /// <summary>"No reading yet"</summary>
        public const int NoReadingYet = 50;

        /// <summary>"Battery and inverter"</summary>
        public const int Wires = 51;

        /// <summary>"BMS protocol"</summary>
        public const int BmsWord = 52;

        /// <summary>"BMS port"</summary>
        public const int BmsPortWord = 53;

        /// <summary>"Inverter or protocol"</summary>
        public const int InverterKind = 54;

        /// <summary>"Inverter port (slcan:DEVICE)"</summary>
        public const int InverterPortWord = 55;

        /// <summary>"Takes effect at the next start."</summary>
        public const int AtNextStart = 56;

        /// <summary>"Restart now"</summary>
        public const int Restart = 57;

        /// <summary>"The inverter hears zero limits first, then the device starts anew."</summary>
        public const int RestartText = 58;

        /// <summary>"The device starts anew."</summary>
        public const int Restarting = 59;

        /// <summary>"Saved. It takes effect at the next start."</summary>
        public const int Saved = 60;

        /// <summary>"A protocol or port is not known."</summary>
        public const int BadWires = 61;

        /// <summary>"An earlier wish is not done yet. Please try again."</summary>
        public const int Busy = 62;

        /// <summary>"Wi-Fi"</summary>
        public const int Wifi = 63;

        /// <summary>"The network is managed by the system of this machine."</summary>
        public const int WifiSystem = 64;

        /// <summary>"Search networks"</summary>
        public const int Scan = 65;

        /// <summary>"Searching …"</summary>
        public const int Scanning = 66;

        /// <summary>"Network"</summary>
        public const int Network = 67;

        /// <summary>"Join"</summary>
        public const int Join = 68;

        /// <summary>"Joined"</summary>
        public const int Joined = 69;

        /// <summary>"A network has 1 to 32 characters, its password none or 8 to 63."</summary>
        public const int BadWifi = 70;

        /// <summary>"Fleet server"</summary>
        public const int Fleet = 71;

        /// <summary>"Server address"</summary>
        public const int ServerAddress = 72;

        /// <summary>"Claim code"</summary>
        public const int ClaimCode = 73;

        /// <summary>"Claim"</summary>
        public const int Claim = 74;

        /// <summary>"The server is asked …"</summary>
        public const int ClaimRunning = 75;

        /// <summary>"Claimed as device"</summary>
        public const int ClaimDone = 76;

        /// <summary>"The claim failed:"</summary>
        public const int ClaimFailed = 77;

        /// <summary>"This is device"</summary>
        public const int BelongsTo = 78;

        /// <summary>"Write an address like http://fleet.local:8080 and the code that the server shows."</summary>
        public const int BadClaim = 79;

        /// <summary>"Profile in force"</summary>
        public const int InForce = 80;

        /// <summary>"Revision"</summary>
        public const int Revision = 81;

        /// <summary>"built in"</summary>
        public const int BuiltIn = 82;

        /// <summary>"Profiles are made on the server. A profile can only lower what board and BMS allow."</summary>
        public const int ProfileText = 83;

        /// <summary>"Charging stops at"</summary>
        public const int StopCharge = 84;

        /// <summary>"and starts again below"</summary>
        public const int StartCharge = 85;

        /// <summary>"Discharging stops at"</summary>
        public const int StopDischarge = 86;

        /// <summary>"and starts again above"</summary>
        public const int StartDischarge = 87;

        /// <summary>"Without readings limits are zero after"</summary>
        public const int NoReadingZero = 88;

        /// <summary>"Current by"</summary>
        public const int CurrentBy = 89;

        /// <summary>"no limit of its own"</summary>
        public const int NoLimit = 90;

        /// <summary>"state of charge"</summary>
        public const int BySoc = 91;

        /// <summary>"mean cell"</summary>
        public const int ByMean = 92;

        /// <summary>"highest cell"</summary>
        public const int ByMax = 93;

        /// <summary>"lowest cell"</summary>
        public const int ByMin = 94;

        /// <summary>"cell temperature"</summary>
        public const int ByTemp = 95;

        /// <summary>"MOS temperature"</summary>
        public const int ByMos = 96;

        /// <summary>"Maintenance mode"</summary>
        public const int Maintenance = 97;

        /// <summary>"Limits are zero while people work on the battery."</summary>
        public const int MaintenanceText = 98;

        /// <summary>"Start maintenance"</summary>
        public const int MaintenanceOn = 99;

        /// <summary>"End maintenance"</summary>
        public const int MaintenanceOff = 100;

        /// <summary>"Maintenance is on: charge and discharge limits are zero."</summary>
        public const int MaintenanceIs = 101;

        /// <summary>"Firmware"</summary>
        public const int Firmware = 102;

        /// <summary>"Running"</summary>
        public const int Running = 103;

        /// <summary>"Slot"</summary>
        public const int Slot = 104;

        /// <summary>"empty"</summary>
        public const int Empty = 105;

        /// <summary>"as installed"</summary>
        public const int AsInstalled = 106;

        /// <summary>"trusted"</summary>
        public const int TrustedWord = 107;

        /// <summary>"on trial"</summary>
        public const int TrialWord = 108;

        /// <summary>"Update"</summary>
        public const int UpdateWord = 109;

        /// <summary>"Factory reset"</summary>
        public const int Reset = 110;

        /// <summary>"Forgets password, enrolment, wiring and profile. Type RESET to confirm."</summary>
        public const int ResetText = 111;

        /// <summary>"Forget everything"</summary>
        public const int ResetDo = 112;

        /// <summary>"Nothing was reset: the word RESET was not typed."</summary>
        public const int ResetWrong = 113;

        /// <summary>"Change password"</summary>
        public const int ChangePassword = 114;

        /// <summary>"Password now"</summary>
        public const int OldPassword = 115;

        /// <summary>"Done."</summary>
        public const int Changed = 116;

        /// <summary>"There is no such page."</summary>
        public const int NotFound = 117;

        /// <summary>"This page does not fit into memory."</summary>
        public const int TooBig = 118;

        /// <summary>"Español"</summary>
        public const int Other = 119;

        /// <summary>"es"</summary>
        public const int OtherCode = 120;

        /// <summary>"en"</summary>
        public const int Code = 121;

        /// <summary>"No battery is set up yet. Begin here:"</summary>
        public const int NextStep = 122;

        /// <summary>One more than the last text.</summary>
        public const int Count = 123;

        /// <summary>Text of a number.</summary>
        /// <param name="text">One of the constants.</param>
        public string Of(int text)
        {
            switch (text)
            {
                case Title: return "JkFleet";
                case Status: return _es ? "Estado" : "Status";
                case Setup: return _es ? "Ajustes" : "Setup";
                case ProfileWord: return _es ? "Perfil" : "Profile";
                case DeviceWord: return _es ? "Equipo" : "Device";
                case Welcome: return _es ? "Primer arranque" : "First start";
                case WelcomeText: return _es ? "Elija una contrase\u00f1a para este equipo. Sin ella nadie puede ver ni cambiar nada aqu\u00ed." : "Choose a password for this device. Without it nobody can look or change anything here.";
                case Password: return _es ? "Contrase\u00f1a" : "Password";
                case PasswordAgain: return _es ? "Repita la contrase\u00f1a" : "Password again";
                case PasswordRule: return _es ? "De 8 a 64 caracteres" : "8 to 64 characters";
                case Save: return _es ? "Guardar" : "Save";
                case SignIn: return _es ? "Entrar" : "Sign in";
                case SignOut: return _es ? "Salir" : "Sign out";
                case WrongPassword: return _es ? "La contrase\u00f1a no es correcta." : "That is not the password.";
                case Pause: return _es ? "Demasiados intentos. Espere segundos:" : "Too many wrong guesses. Try again in seconds:";
                case NotSame: return _es ? "Las dos contrase\u00f1as son distintas o no tienen de 8 a 64 caracteres." : "The two passwords differ, or are not 8 to 64 characters long.";
                case NotSaved: return _es ? "No se pudo guardar: \u00bfalmacenamiento lleno o da\u00f1ado?" : "It could not be saved: is the storage full or broken?";
                case OldForm: return _es ? "Este formulario ha caducado. Int\u00e9ntelo de nuevo." : "This form is out of date. Please try again.";
                case SocWord: return _es ? "Estado de carga" : "State of charge";
                case Voltage: return _es ? "Tensi\u00f3n" : "Voltage";
                case Current: return _es ? "Corriente" : "Current";
                case PowerWord: return _es ? "Potencia" : "Power";
                case ChargeLimit: return _es ? "L\u00edmite de carga" : "Charge limit";
                case DischargeLimit: return _es ? "L\u00edmite de descarga" : "Discharge limit";
                case Asked: return _es ? "L\u00edmites de tensi\u00f3n" : "Voltage limits";
                case AlarmsWord: return _es ? "Alarmas" : "Alarms";
                case NoAlarms: return _es ? "ninguna" : "none";
                case Links: return _es ? "Conexiones" : "Links";
                case InverterWord: return _es ? "Inversor" : "Inverter";
                case ServerWord: return _es ? "Servidor" : "Server";
                case Connected: return _es ? "conectado" : "connected";
                case NotConnected: return _es ? "sin conexi\u00f3n; la bater\u00eda funciona sin \u00e9l" : "not connected; the battery works without it";
                case NothingSent: return _es ? "no se env\u00eda nada" : "nothing is sent";
                case CellsWord: return _es ? "Celdas" : "Cells";
                case Temps: return _es ? "Temperaturas" : "Temperatures";
                case HealthWord: return _es ? "Salud" : "Health";
                case Cycles: return _es ? "ciclos" : "cycles";
                case CapacityWord: return _es ? "Capacidad" : "Capacity";
                case SwitchesWord: return _es ? "Interruptores" : "Switches";
                case ChargeShort: return _es ? "carga" : "charge";
                case DischargeShort: return _es ? "descarga" : "discharge";
                case Balancer: return _es ? "balanceador" : "balancer";
                case On: return _es ? "s\u00ed" : "on";
                case Off: return _es ? "no" : "off";
                case VersionWord: return _es ? "Agente" : "Agent";
                case BmsVersionWord: return _es ? "Versi\u00f3n del BMS" : "BMS version";
                case UptimeWord: return _es ? "En marcha" : "Running for";
                case AgeWord: return _es ? "Le\u00eddo" : "Read";
                case AgeAgo: return _es ? "s" : "s ago";
                case NoContact: return _es ? "Sin contacto con el equipo" : "No contact with the device";
                case NoReadingYet: return _es ? "A\u00fan sin lectura" : "No reading yet";
                case Wires: return _es ? "Bater\u00eda e inversor" : "Battery and inverter";
                case BmsWord: return _es ? "Protocolo del BMS" : "BMS protocol";
                case BmsPortWord: return _es ? "Puerto del BMS" : "BMS port";
                case InverterKind: return _es ? "Inversor o protocolo" : "Inverter or protocol";
                case InverterPortWord: return _es ? "Puerto del inversor (slcan:DISPOSITIVO)" : "Inverter port (slcan:DEVICE)";
                case AtNextStart: return _es ? "Vale desde el pr\u00f3ximo arranque." : "Takes effect at the next start.";
                case Restart: return _es ? "Reiniciar ahora" : "Restart now";
                case RestartText: return _es ? "El inversor recibe primero l\u00edmites cero y despu\u00e9s el equipo arranca de nuevo." : "The inverter hears zero limits first, then the device starts anew.";
                case Restarting: return _es ? "El equipo se reinicia." : "The device starts anew.";
                case Saved: return _es ? "Guardado. Vale desde el pr\u00f3ximo arranque." : "Saved. It takes effect at the next start.";
                case BadWires: return _es ? "Un protocolo o puerto no es v\u00e1lido." : "A protocol or port is not known.";
                case Busy: return _es ? "Hay otra orden pendiente. Int\u00e9ntelo de nuevo." : "An earlier wish is not done yet. Please try again.";
                case Wifi: return "Wi-Fi";
                case WifiSystem: return _es ? "La red la gestiona el sistema de esta m\u00e1quina." : "The network is managed by the system of this machine.";
                case Scan: return _es ? "Buscar redes" : "Search networks";
                case Scanning: return _es ? "Buscando \u2026" : "Searching \u2026";
                case Network: return _es ? "Red" : "Network";
                case Join: return _es ? "Conectar" : "Join";
                case Joined: return _es ? "Conectado a" : "Joined";
                case BadWifi: return _es ? "La red tiene de 1 a 32 caracteres y su contrase\u00f1a ninguno o de 8 a 63." : "A network has 1 to 32 characters, its password none or 8 to 63.";
                case Fleet: return _es ? "Servidor de flota" : "Fleet server";
                case ServerAddress: return _es ? "Direcci\u00f3n del servidor" : "Server address";
                case ClaimCode: return _es ? "C\u00f3digo de alta" : "Claim code";
                case Claim: return _es ? "Dar de alta" : "Claim";
                case ClaimRunning: return _es ? "Consultando al servidor \u2026" : "The server is asked \u2026";
                case ClaimDone: return _es ? "Dado de alta como equipo" : "Claimed as device";
                case ClaimFailed: return _es ? "El alta fall\u00f3:" : "The claim failed:";
                case BelongsTo: return _es ? "Este es el equipo" : "This is device";
                case BadClaim: return _es ? "Escriba una direcci\u00f3n como http://fleet.local:8080 y el c\u00f3digo que muestra el servidor." : "Write an address like http://fleet.local:8080 and the code that the server shows.";
                case InForce: return _es ? "Perfil vigente" : "Profile in force";
                case Revision: return _es ? "Revisi\u00f3n" : "Revision";
                case BuiltIn: return _es ? "incorporado" : "built in";
                case ProfileText: return _es ? "Los perfiles se hacen en el servidor. Un perfil solo puede bajar lo que permiten la placa y el BMS." : "Profiles are made on the server. A profile can only lower what board and BMS allow.";
                case StopCharge: return _es ? "La carga se detiene en" : "Charging stops at";
                case StartCharge: return _es ? "y se reanuda por debajo de" : "and starts again below";
                case StopDischarge: return _es ? "La descarga se detiene en" : "Discharging stops at";
                case StartDischarge: return _es ? "y se reanuda por encima de" : "and starts again above";
                case NoReadingZero: return _es ? "Sin lecturas los l\u00edmites son cero tras" : "Without readings limits are zero after";
                case CurrentBy: return _es ? "Corriente seg\u00fan" : "Current by";
                case NoLimit: return _es ? "sin l\u00edmite propio" : "no limit of its own";
                case BySoc: return _es ? "estado de carga" : "state of charge";
                case ByMean: return _es ? "celda media" : "mean cell";
                case ByMax: return _es ? "celda m\u00e1s alta" : "highest cell";
                case ByMin: return _es ? "celda m\u00e1s baja" : "lowest cell";
                case ByTemp: return _es ? "temperatura de celda" : "cell temperature";
                case ByMos: return _es ? "temperatura del MOS" : "MOS temperature";
                case Maintenance: return _es ? "Modo mantenimiento" : "Maintenance mode";
                case MaintenanceText: return _es ? "Los l\u00edmites son cero mientras se trabaja en la bater\u00eda." : "Limits are zero while people work on the battery.";
                case MaintenanceOn: return _es ? "Iniciar mantenimiento" : "Start maintenance";
                case MaintenanceOff: return _es ? "Terminar mantenimiento" : "End maintenance";
                case MaintenanceIs: return _es ? "Mantenimiento activo: los l\u00edmites de carga y descarga son cero." : "Maintenance is on: charge and discharge limits are zero.";
                case Firmware: return "Firmware";
                case Running: return _es ? "En uso" : "Running";
                case Slot: return _es ? "Ranura" : "Slot";
                case Empty: return _es ? "vac\u00eda" : "empty";
                case AsInstalled: return _es ? "como se instal\u00f3" : "as installed";
                case TrustedWord: return _es ? "de confianza" : "trusted";
                case TrialWord: return _es ? "a prueba" : "on trial";
                case UpdateWord: return _es ? "Actualizaci\u00f3n" : "Update";
                case Reset: return _es ? "Valores de f\u00e1brica" : "Factory reset";
                case ResetText: return _es ? "Olvida contrase\u00f1a, alta, cableado y perfil. Escriba RESET para confirmar." : "Forgets password, enrolment, wiring and profile. Type RESET to confirm.";
                case ResetDo: return _es ? "Olvidar todo" : "Forget everything";
                case ResetWrong: return _es ? "No se borr\u00f3 nada: no se escribi\u00f3 RESET." : "Nothing was reset: the word RESET was not typed.";
                case ChangePassword: return _es ? "Cambiar contrase\u00f1a" : "Change password";
                case OldPassword: return _es ? "Contrase\u00f1a actual" : "Password now";
                case Changed: return _es ? "Hecho." : "Done.";
                case NotFound: return _es ? "No existe esa p\u00e1gina." : "There is no such page.";
                case TooBig: return _es ? "Esta p\u00e1gina no cabe en memoria." : "This page does not fit into memory.";
                case Other: return _es ? "English" : "Espa\u00f1ol";
                case OtherCode: return _es ? "en" : "es";
                case Code: return _es ? "es" : "en";
                case NextStep: return _es ? "A\u00fan no hay bater\u00eda configurada. Empiece aqu\u00ed:" : "No battery is set up yet. Begin here:";
                default: return "";
            }
        }

        /// <summary>On or off.</summary>
        /// <param name="on">Which.</param>
        public string OnOff(bool on)
        {
            return Of(on ? On : Off);
        }

        /// <summary>Why a limit is what it is, in plain words.</summary>
        /// <param name="reason">The reason.</param>
        public string Reason(LimitReason reason)
        {
            switch ((int)reason)
            {
                case 0: return _es ? "a\u00fan sin decidir" : "nothing decided yet";
                case 1: return _es ? "a\u00fan sin lectura del BMS" : "no reading of the BMS yet";
                case 2: return _es ? "la \u00faltima lectura es antigua" : "the last reading is too old";
                case 3: return _es ? "esperando m\u00e1s lecturas buenas" : "waiting for more good readings";
                case 4: return _es ? "la lectura se contradice" : "the reading contradicts itself";
                case 5: return _es ? "una celda da una tensi\u00f3n imposible" : "a cell reads an impossible voltage";
                case 6: return _es ? "desconectado en el BMS" : "switched off in the BMS";
                case 7: return _es ? "alarma del BMS" : "alarm of the BMS";
                case 8: return _es ? "l\u00edmite propio del BMS" : "the BMS's own limit";
                case 9: return _es ? "tope fijo de la placa" : "hard ceiling of the board";
                case 10: return _es ? "m\u00e1ximo del perfil" : "maximum of the profile";
                case 11: return _es ? "rampa por estado de carga" : "ramp by state of charge";
                case 12: return _es ? "rampa por celda media" : "ramp by mean cell";
                case 13: return _es ? "rampa por celda m\u00e1s alta" : "ramp by highest cell";
                case 14: return _es ? "rampa por celda m\u00e1s baja" : "ramp by lowest cell";
                case 15: return _es ? "rampa por temperatura de celda" : "ramp by cell temperature";
                case 16: return _es ? "rampa por temperatura del MOS" : "ramp by MOS temperature";
                case 17: return _es ? "parado por estado de carga" : "stopped by state of charge";
                case 18: return _es ? "parado por tensi\u00f3n" : "stopped by voltage";
                case 19: return _es ? "subiendo despacio" : "rising slowly";
                case 20: return _es ? "el inversor calla" : "the inverter is silent";
                case 21: return _es ? "el bus CAN est\u00e1 ca\u00eddo" : "the CAN bus is off";
                case 22: return _es ? "prohibido a esta hora" : "forbidden at this hour";
                case 23: return _es ? "orden del servidor" : "override of the server";
                case 24: return _es ? "mantenimiento" : "maintenance";
                case 25: return _es ? "entrega antes de reiniciar" : "handover before a restart";
                case 26: return _es ? "el inversor pidi\u00f3 reposo" : "the inverter asked for sleep";
                case 27: return _es ? "fase de carga" : "charge phase";
                case 28: return _es ? "falta un paquete" : "a pack is offline";
                case 29: return _es ? "sin perfil v\u00e1lido" : "no valid profile";
                case 30: return _es ? "falta una medida" : "a measurement is missing";
                case 31: return _es ? "una celda lleg\u00f3 a su l\u00edmite" : "a cell reached its limit";
                case 32: return _es ? "el BMS acaba de arrancar" : "the BMS has just started";
                default: return LimitReasonNames.Of(reason);
            }
        }

        /// <summary>An alarm of the BMS, in plain words.</summary>
        /// <param name="bit">Its bit.</param>
        public string Alarm(int bit)
        {
            switch (bit)
            {
                case 0: return _es ? "capacidad baja" : "low capacity";
                case 1: return _es ? "MOS demasiado caliente" : "MOS too hot";
                case 2: return _es ? "tensi\u00f3n de carga alta" : "charge voltage too high";
                case 3: return _es ? "tensi\u00f3n de descarga baja" : "discharge voltage too low";
                case 4: return _es ? "bater\u00eda caliente" : "battery too hot";
                case 5: return _es ? "corriente de carga alta" : "charge current too high";
                case 6: return _es ? "corriente de descarga alta" : "discharge current too high";
                case 7: return _es ? "celdas desiguales" : "cells differ too much";
                case 8: return _es ? "caja caliente" : "box too hot";
                case 9: return _es ? "bater\u00eda fr\u00eda" : "battery too cold";
                case 10: return _es ? "celda alta" : "cell voltage too high";
                case 11: return _es ? "celda baja" : "cell voltage too low";
                case 12: return _es ? "protecci\u00f3n 309_A" : "309_A protection";
                case 13: return _es ? "protecci\u00f3n 309_B" : "309_B protection";
                case 14: return _es ? "bit de alarma 14" : "alarm bit 14";
                case 15: return _es ? "bit de alarma 15" : "alarm bit 15";
                case 16: return _es ? "resistencia de cable" : "wire resistance";
                case 17: return _es ? "n\u00famero de celdas incorrecto" : "wrong number of cells";
                case 18: return _es ? "sensor de corriente" : "current sensor";
                case 19: return _es ? "cortocircuito" : "short circuit";
                case 20: return _es ? "coprocesador" : "coprocessor";
                case 21: return _es ? "fallo del MOS" : "MOS fault";
                case 22: return _es ? "sensor de temperatura" : "temperature sensor";
                case 23: return _es ? "m\u00f3dulo en paralelo" : "parallel module";
                case 24: return _es ? "fr\u00edo para cargar" : "too cold to charge";
                case 25: return _es ? "calor para cargar" : "too hot to charge";
                case 26: return _es ? "calor para descargar" : "too hot to discharge";
                default: return _es ? "alarma desconocida" : "unknown alarm";
            }
        }

        /// <summary>State of a link, in plain words.</summary>
        /// <param name="state">The state.</param>
        public string Link(LinkState state)
        {
            switch ((int)state)
            {
                case 0: return _es ? "nunca visto" : "never heard";
                case 1: return _es ? "bien" : "ok";
                case 2: return _es ? "callado" : "silent";
                case 3: return _es ? "con fallos" : "faulty";
                case 4: return _es ? "bus ca\u00eddo" : "bus off";
                case 5: return _es ? "sin puerto" : "no port";
                default: return LinkStateNames.Of(state);
            }
        }
    }
}
