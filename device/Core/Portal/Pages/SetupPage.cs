using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Inverter;

namespace JkFleet.Agent.Portal
{
    /// <summary>What an installer sets: the two wires, the fleet server, the network.</summary>
    internal sealed class SetupPage
    {
        /// <summary>Picked: the port has a name that is not in the list. No device is called so.</summary>
        public const string TypeIt = "?";

        private const int MostNetworks = 20;
        private const int MostPorts = 30;
        private const string HowTyped = "maxlength=160 autocomplete=off autocapitalize=off spellcheck=false placeholder=";

        private readonly PageKit _p;
        private readonly PageWriter _w;
        private readonly PortalSettings _settings;

        public SetupPage(PortalSettings settings, PageKit kit)
        {
            _settings = settings;
            _p = kit;
            _w = kit.W;
        }

        /// <summary>Writes the page.</summary>
        /// <param name="form">Token of its forms.</param>
        /// <param name="notice">What is to be said first.</param>
        /// <param name="wiring">What was typed and refused; null = what is stored.</param>
        /// <param name="server">Server address typed last.</param>
        public void Write(string form, int notice, Wiring? wiring, string server)
        {
            _p.Begin(form, "/setup", _p.T.Of("Setup", "Ajustes"), notice, 0);
            if (notice == Notice.Saved)
            {
                _w.Raw("<section>");
                _p.RestartForm();
                _p.Close();
            }

            bool typed = wiring != null;
            if (wiring == null)
            {
                wiring = new Wiring();
                wiring.Load(_settings.Store);
            }

            Wires(wiring, typed);
            Fleet(server);
            Wifi();
            _p.End();
        }

        private void Wires(Wiring wiring, bool typed)
        {
            _p.Open("Battery and inverter", "Batería e inversor");
            if (_settings.WiringGiven)
                _p.Paragraph("The command line of this agent names its ports; it counts before what is saved here.", "La línea de órdenes de este agente indica sus puertos; vale antes que lo guardado aquí.");
            _p.Form("/wiring");
            _p.Select("bms", "BMS protocol", "Protocolo del BMS", BmsProtocols.Names, wiring.Bms);
            ISerialPorts? ports = _settings.Ports;
            if (ports != null)
            {
                ports.Look();
                Port(ports, "bmsport", "BMS port", "Puerto del BMS", "/dev/ttyUSB0", wiring.BmsPort, typed);
            }

            _p.Select("inverter", "Inverter", "Inversor", InverterPresets.Names(), wiring.Inverter);
            if (ports != null)
            {
                _p.Script();
                Port(ports, "inverterport", "Inverter port", "Puerto del inversor", "slcan:/dev/ttyACM0", wiring.InverterPort, typed);
                if (ports.Count == 0) _p.Small("No serial adapter was found. Plug it in and load this page again, or type its name.", "No se encontró ningún adaptador serie. Conéctelo y recargue esta página, o escriba su nombre.");
            }

            _p.NextStart();
            _p.Button("Save", "Guardar");
            _p.Close();
        }

        // One field for a port: the list of what is plugged in, or a name to type.
        private void Port(ISerialPorts ports, string name, string en, string es, string example, string value, bool typed)
        {
            string device = Wiring.DeviceOf(value);
            bool listed = value.Length == 0;
            for (int i = 0; i < ports.Count && i < MostPorts; i++) listed |= ports.Name(i) == device;
            if (ports.Count == 0 || (typed && !listed))
            {
                _p.Input(name, en, es, HowTyped + example, value == TypeIt ? "" : value);
                return;
            }

            _p.BeginSelect(name, en, es, example);
            _p.Choice("", value.Length == 0, _p.T.Of("choose", "elija"));
            if (!listed) _p.Choice(value, true, _p.T.Of("not in the list: ", "fuera de la lista: ") + value);
            for (int i = 0; i < ports.Count && i < MostPorts; i++) _p.Choice(ports.Name(i), ports.Name(i) == device, ports.Title(i));
            _p.Choice(TypeIt, false, _p.T.Of("type another \u2026", "escribir otro \u2026"));
            _w.Raw("</select>");
        }

        private void Fleet(string server)
        {
            IClaimPort claim = _settings.Claim;
            _p.Open("Fleet server", "Servidor de flota");
            if (claim.Device.Length > 0) Belongs(claim);
            if (claim.State == ErrandState.Running)
            {
                _w.Raw("<p role=status>");
                _p.Say("The server is asked …", "Consultando al servidor …");
                _w.Raw("</p>");
                _p.AskAgain("/setup");
            }
            else if (claim.State == ErrandState.Failed)
            {
                _w.Raw("<p class=lost role=alert>");
                _p.Say("The claim failed: ", "El alta falló: ");
                _w.Text(ClaimWords.Of(claim.Reason, claim.Why, _p.T));
                _w.Raw("</p>");
            }
            else if (claim.State == ErrandState.Done)
            {
                _p.NextStart();
                _p.RestartForm();
            }

            if (claim.State != ErrandState.Running) ClaimForm(claim, server);
            _p.Close();
        }

        private void Belongs(IClaimPort claim)
        {
            _w.Raw("<p>");
            _p.Say("This is device ", "Este es el equipo ");
            _w.Raw("<b>");
            _w.Text(claim.Device);
            _w.Raw("</b> (");
            _w.Text(claim.Server);
            _w.Raw(")</p>");
        }

        private void ClaimForm(IClaimPort claim, string server)
        {
            // Who belongs to a fleet seldom wants another one; the form stays out of the way.
            bool folded = claim.Device.Length > 0 && claim.State != ErrandState.Failed;
            if (folded)
            {
                _w.Raw("<details><summary>");
                _p.Say("Move to another server", "Pasar a otro servidor");
                _w.Raw("</summary>");
            }

            _p.Form("/claim");
            _p.Input("server", "Server address", "Dirección del servidor", "type=url required maxlength=100 autocomplete=off placeholder=http://fleet.local:8080", server);
            _p.Input("code", "Claim code", "Código de alta", "required maxlength=40 autocomplete=off autocapitalize=characters spellcheck=false placeholder=ABCD-EFGH-JKMN-PQRS", "");
            _p.Small("The server shows it at \u201cAdd device\u201d.", "El servidor lo muestra en \u201cAdd device\u201d.");
            _p.Button("Claim", "Dar de alta");
            if (folded) _w.Raw("</details>");
        }

        private void Wifi()
        {
            IWifiPort wifi = _settings.Wifi;
            _p.Open("Wi-Fi", "Wi-Fi");
            if (wifi.Settable) Networks(wifi);
            else _p.Paragraph("This machine's own network is used; its system looks after it.", "Se usa la red propia de esta máquina; la gestiona su sistema.");
            _p.Close();
        }

        private void Networks(IWifiPort wifi)
        {
            if (wifi.Current.Length > 0)
            {
                _w.Raw("<p>");
                _p.Say("Joined: ", "Conectado a: ");
                _w.Raw("<b>");
                _w.Text(wifi.Current);
                _w.Raw("</b></p>");
            }

            if (wifi.Scanning || wifi.State == ErrandState.Running)
            {
                _w.Raw("<p role=status>");
                if (wifi.Scanning) _p.Say("Searching …", "Buscando …");
                else _p.Say("Joining …", "Conectando …");
                _w.Raw("</p>");
                _p.AskAgain("/setup");
            }
            else if (wifi.State == ErrandState.Failed)
            {
                _w.Raw("<p class=lost role=alert>");
                _p.Say("The network could not be joined: is the password right?", "No se pudo conectar a la red: ¿es correcta la contraseña?");
                _w.Raw("</p>");
            }

            _p.Form("/scan");
            _p.Button("Search networks", "Buscar redes");
            _p.Form("/wifi");
            _p.Input("ssid", "Network", "Red", "required maxlength=32 list=nets autocomplete=off", "");
            _w.Raw("<datalist id=nets>");
            for (int i = 0; i < wifi.Count && i < MostNetworks; i++)
            {
                _w.Raw("<option value=\"");
                _w.Text(wifi.Ssid(i));
                _w.Raw("\">");
                _w.Number(wifi.RssiDbm(i), 0);
                _w.Raw(" dBm</option>");
            }

            _w.Raw("</datalist>");
            _p.Input("password", "Password", "Contraseña", "type=password maxlength=63 autocomplete=off", "");
            _p.Button("Join", "Conectar");
        }
    }
}
