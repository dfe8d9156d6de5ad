using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// The portal of one device: a request in, the bytes of an answer out. Knows no socket and no clock, so the board and a PC run
    /// the very same pages. One request at a time; <see cref="Head"/> and <see cref="Body"/> hold until the next.
    /// </summary>
    public sealed class LocalPortal
    {
        private const string Cookie = "jkp";
        private const string LanguageCookie = "jkl";
        private const string ResetWord = "RESET";
        private const int TokenLength = 32;

        private readonly PortalSettings _settings;
        private readonly Doorkeeper _door;
        private readonly PortalText _t = new PortalText();
        private readonly DoorPage _doorPage;
        private readonly StatusPage _statusPage;
        private readonly SetupPage _setupPage;
        private readonly ProfilePage _profilePage;
        private readonly DevicePage _devicePage;
        private readonly PageKit _kit;
        private readonly PageWriter _head = new PageWriter(new byte[1024]);
        private readonly PageWriter _w;
        private int _session;
        private long _nowMs;
        private string _cookie = "";
        // What was typed last, so that a mistake does not cost the rest of it. Secrets are never kept.
        private Wiring? _typedWiring;
        private string _typedServer = "";

        /// <summary>A portal.</summary>
        /// <param name="settings">What it is given.</param>
        public LocalPortal(PortalSettings settings)
        {
            _settings = settings;
            _door = new Doorkeeper(settings.Store, settings.Random, settings.PasswordRounds);
            _w = new PageWriter(new byte[settings.PageBytes]);
            _kit = new PageKit(_t, _w);
            _doorPage = new DoorPage(_kit);
            _statusPage = new StatusPage(settings, _kit);
            _setupPage = new SetupPage(settings, _kit);
            _profilePage = new ProfilePage(settings, _kit);
            _devicePage = new DevicePage(settings, _kit, _statusPage);
        }

        /// <summary>Where strangers' names are sent; may change with every connection.</summary>
        public string Address
        {
            get { return _settings.Address; }
            set { _settings.Address = value; }
        }

        /// <summary>Status line and headers of the answer.</summary>
        public PageWriter Head
        {
            get { return _head; }
        }

        /// <summary>Its body.</summary>
        public PageWriter Body
        {
            get { return _w; }
        }

        /// <summary>Answers a request that could not be read.</summary>
        /// <param name="status">HTTP status, 400 to 501.</param>
        public void Refuse(int status)
        {
            _w.Begin();
            _cookie = "";
            Answer(status, "text/plain", "");
        }

        /// <summary>Answers a request.</summary>
        /// <param name="r">The request.</param>
        /// <param name="nowMs">Clock.</param>
        public void Handle(PortalRequest r, long nowMs)
        {
            _nowMs = nowMs;
            _cookie = "";
            _typedWiring = null;
            _w.Begin();
            if (!r.HostIsOurs())
            {
                Redirect(_settings.Address);
                return;
            }

            ChooseLanguage(r);
            _session = _door.Session(r.Cookie(Cookie, TokenLength), nowMs);
            if (r.IsPost) Post(r);
            else Get(r);
        }

        private void ChooseLanguage(PortalRequest r)
        {
            string? asked = r.Query("lang", 2);
            if (asked == "es" || asked == "en")
            {
                _t.Spanish = asked == "es";
                _cookie = "Set-Cookie: " + LanguageCookie + "=" + asked + "; Path=/; Max-Age=31536000; SameSite=Strict\r\n";
                return;
            }

            string? kept = r.Cookie(LanguageCookie, 2);
            _t.Spanish = kept == "es" || (kept != "en" && r.Prefers("es"));
        }

        private void Get(PortalRequest r)
        {
            if (r.IsPath("/portal.css")) Asset(PortalAssets.Style, "text/css");
            else if (r.IsPath("/portal.js")) Asset(PortalAssets.Script, "text/javascript");
            else if (r.IsPath("/favicon.ico")) Answer(204, "image/x-icon", "");
            else if (r.IsPath("/generate_204") || r.IsPath("/gen_204") || r.IsPath("/hotspot-detect.html") || r.IsPath("/connecttest.txt")
                || r.IsPath("/ncsi.txt") || r.IsPath("/success.txt") || r.IsPath("/canonical.html")) Redirect("/");
            else if (r.IsPath("/status.json") && _session < 0) Answer(401, "application/json", "");
            else if (r.IsPath("/status.json"))
            {
                _statusPage.Json(_nowMs);
                Answer(200, "application/json", "Cache-Control: no-store\r\n");
            }
            else if (!_door.HasPassword) Door(Notice.None, 200);
            else if (_session < 0) Door(Notice.None, r.IsPath("/") ? 200 : 403);
            else Page(r, Notice.OfQuery(r.Query("n", 1)), 200);
        }

        private void Page(PortalRequest r, int notice, int status)
        {
            string form = _door.FormOf(_session);
            if (r.IsPath("/") || r.IsPath("/logout")) _statusPage.Write(form, notice, _nowMs);
            else if (r.IsPath("/setup") || r.IsPath("/wiring") || r.IsPath("/claim") || r.IsPath("/wifi") || r.IsPath("/scan")) _setupPage.Write(form, notice, _typedWiring, _typedServer);
            else if (r.IsPath("/profile")) _profilePage.Write(form, notice);
            else if (r.IsPath("/device") || r.IsPath("/maintenance") || r.IsPath("/restart") || r.IsPath("/reset") || r.IsPath("/password")) _devicePage.Write(form, notice, Seconds(notice));
            else
            {
                status = 404;
                string text = _t.Of("There is no such page.", "No existe esa página.");
                _kit.Begin(form, "", text, Notice.None, 0);
                _kit.Note(text, true);
                _kit.End();
            }

            Html(status);
        }

        private void Door(int notice, int status)
        {
            _doorPage.Write(_door.DoorForm, _door.HasPassword, notice, Seconds(notice));
            Html(status);
        }

        private int Seconds(int notice)
        {
            return notice == Notice.Pause ? (_door.PauseMs(_nowMs) + 999) / 1000 : 0;
        }

        private void Post(PortalRequest r)
        {
            if (!Doorkeeper.Same(_door.FormOf(_session), r.Field("form", TokenLength)))
            {
                if (_session < 0) Door(Notice.OldForm, 403);
                else Page(r, Notice.OldForm, 403);
            }
            else if (!_door.HasPassword) FirstPassword(r);
            else if (_session < 0) SignIn(r);
            else if (r.IsPath("/logout"))
            {
                _door.Close(_session);
                GiveCookie("gone", "; Max-Age=0");
                Redirect("/");
            }
            else if (r.IsPath("/password")) ChangePassword(r);
            else if (r.IsPath("/wiring")) Wires(r);
            else if (r.IsPath("/claim")) Claim(r);
            else if (r.IsPath("/scan"))
            {
                if (_settings.Wifi.Settable) _settings.Wifi.Scan();
                Redirect("/setup");
            }
            else if (r.IsPath("/wifi")) Join(r);
            else if (r.IsPath("/maintenance")) Ask(r, r.Field("on", 1) == "1" ? PortalWish.MaintenanceOn : PortalWish.MaintenanceOff, "/device?n=3");
            else if (r.IsPath("/restart")) Ask(r, PortalWish.Restart, "/?n=2");
            else if (r.IsPath("/reset"))
            {
                if (r.Field("word", 16) == ResetWord) Ask(r, PortalWish.FactoryReset, "/?n=2");
                else Page(r, Notice.ResetWrong, 422);
            }
            else Page(r, Notice.None, 404);
        }

        private void FirstPassword(PortalRequest r)
        {
            string? password = NewPassword(r);
            if (!r.IsPath("/welcome") || password == null) Door(Notice.NotSame, 422);
            else if (!_door.Set(password)) Door(Notice.NotSaved, 500);
            else LetIn();
        }

        private void SignIn(PortalRequest r)
        {
            string? password = r.IsPath("/login") ? r.Field("password", Doorkeeper.MaxPassword) : null;
            if (_door.PauseMs(_nowMs) > 0) Door(Notice.Pause, 429);
            else if (password != null && _door.Check(password, _nowMs)) LetIn();
            else Door(_door.PauseMs(_nowMs) > 0 ? Notice.Pause : Notice.WrongPassword, 403);
        }

        private void LetIn()
        {
            _door.Open(_nowMs);
            GiveCookie(_door.Opened, "");
            Redirect("/");
        }

        private void ChangePassword(PortalRequest r)
        {
            string? old = r.Field("old", Doorkeeper.MaxPassword);
            string? password = NewPassword(r);
            if (password == null) Page(r, Notice.NotSame, 422);
            else if (_door.PauseMs(_nowMs) > 0) Page(r, Notice.Pause, 429);
            else if (old == null || !_door.Check(old, _nowMs)) Page(r, Notice.WrongPassword, 403);
            else if (!_door.Set(password)) Page(r, Notice.NotSaved, 500);
            else LetIn();
        }

        private static string? NewPassword(PortalRequest r)
        {
            string? password = r.Field("password", Doorkeeper.MaxPassword);
            if (password == null || password.Length < Doorkeeper.MinPassword) return null;
            return password == r.Field("again", Doorkeeper.MaxPassword) ? password : null;
        }

        private void Wires(PortalRequest r)
        {
            Wiring wiring = new Wiring();
            wiring.Bms = r.Field("bms", 32) ?? "";
            wiring.Inverter = r.Field("inverter", 32) ?? "";
            if (_settings.Ports != null) TakePorts(r, wiring, _settings.Ports);
            WiringFault fault = wiring.Fault();
            if (wiring.BmsPort == SetupPage.TypeIt || wiring.InverterPort == SetupPage.TypeIt)
            {
                _typedWiring = wiring;
                Page(r, Notice.TypePort, 200);
            }
            else if (fault != WiringFault.None)
            {
                _typedWiring = wiring;
                Page(r, Notice.OfWiring(fault), 422);
            }
            else if (!wiring.Save(_settings.Store)) Page(r, Notice.NotSaved, 500);
            else Redirect("/setup?n=1");
        }

        private static void TakePorts(PortalRequest r, Wiring wiring, ISerialPorts ports)
        {
            wiring.BmsPort = r.Field("bmsport", Wiring.MaxValue) ?? " ";
            wiring.InverterPort = r.Field("inverterport", Wiring.MaxValue) ?? " ";
            ports.Look();
            for (int i = 0; i < ports.Count; i++)
            {
                string name = ports.Name(i);
                if (wiring.BmsPort == name) wiring.PickBms(name);
                if (wiring.InverterPort == name) wiring.PickInverter(name);
            }
        }

        private void Claim(PortalRequest r)
        {
            string? server = r.Field("server", 100);
            string? code = r.Field("code", 40);
            if (server != null) _typedServer = server;
            if (server == null || !IsWeb(server)) Page(r, Notice.BadServer, 422);
            else if (code == null || code.Length == 0) Page(r, Notice.BadCode, 422);
            else if (!_settings.Claim.Begin(server, code)) Page(r, Notice.Busy, 409);
            else Redirect("/setup");
        }

        private static bool IsWeb(string address)
        {
            return (address.Length > 7 && address.Substring(0, 7) == "http://") || (address.Length > 8 && address.Substring(0, 8) == "https://");
        }

        private void Join(PortalRequest r)
        {
            string? ssid = r.Field("ssid", 32);
            string? password = r.Field("password", 63);
            if (!_settings.Wifi.Settable || ssid == null || ssid.Length == 0 || password == null || (password.Length > 0 && password.Length < 8))
                Page(r, Notice.BadWifi, 422);
            else if (!_settings.Wifi.Join(ssid, password)) Page(r, Notice.Busy, 409);
            else Redirect("/setup");
        }

        private void Ask(PortalRequest r, PortalWish wish, string next)
        {
            if (_settings.Window.Ask(wish)) Redirect(next);
            else Page(r, Notice.Busy, 409);
        }

        private void GiveCookie(string token, string more)
        {
            _cookie = "Set-Cookie: " + Cookie + "=" + token + "; Path=/; HttpOnly; SameSite=Strict" + more + "\r\n";
        }

        private void Asset(string text, string type)
        {
            _w.Raw(text);
            Answer(200, type, "Cache-Control: max-age=600\r\n");
        }

        private void Html(int status)
        {
            Answer(status, "text/html", "Cache-Control: no-store\r\n");
        }

        private void Redirect(string where)
        {
            _w.Begin();
            Answer(303, "text/plain", "Location: " + where + "\r\nCache-Control: no-store\r\n");
        }

        private void Answer(int status, string type, string more)
        {
            if (_w.Overflowed)
            {
                _w.Begin();
                _w.Raw(_t.Of("This page does not fit into memory.", "Esta página no cabe en memoria."));
                status = 500;
                type = "text/plain";
            }

            _head.Begin();
            _head.Raw("HTTP/1.1 ");
            _head.Number(status, 0);
            _head.Raw(status < 300 ? " OK" : status < 400 ? " See Other" : " Refused");
            _head.Raw("\r\nContent-Type: ");
            _head.Raw(type);
            _head.Raw("; charset=utf-8\r\nContent-Length: ");
            _head.Number(_w.Count, 0);
            _head.Raw("\r\n");
            _head.Raw(more);
            _head.Raw(_cookie);
            _head.Raw("Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r\n"
                + "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n");
        }
    }
}
