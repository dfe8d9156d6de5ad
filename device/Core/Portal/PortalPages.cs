using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>The pages. They only write what they are shown; what is allowed was decided before.</summary>
    internal sealed class PortalPages
    {
        private readonly PortalSettings _settings;
        private readonly PortalText _t;
        private readonly PageWriter _w;
        private readonly BootRecord _boot = new BootRecord();
        private readonly byte[] _record = new byte[BootRecord.Bytes];
        private string _form = "";

        public PortalPages(PortalSettings settings, PortalText text, PageWriter writer)
        {
            _settings = settings;
            _t = text;
            _w = writer;
        }

        public void Door(string form, bool hasPassword, int notice, int seconds)
        {
            Begin(form, -1, hasPassword ? PortalText.SignIn : PortalText.Welcome, -1);
            if (notice >= 0)
            {
                _w.Raw("<section class=\"note bad\" role=alert>");
                Say(notice);
                if (seconds > 0)
                {
                    _w.Raw(" ");
                    _w.Number(seconds, 0);
                }

                _w.Raw("</section>");
            }

            _w.Raw("<section><h1>");
            Say(hasPassword ? PortalText.SignIn : PortalText.Welcome);
            _w.Raw("</h1>");
            if (!hasPassword) Paragraph(PortalText.WelcomeText);
            Form(hasPassword ? "/login" : "/welcome");
            Input("password", PortalText.Password, "type=password required minlength=8 maxlength=64 autocomplete=" + (hasPassword ? "current-password" : "new-password"), "");
            if (!hasPassword) Input("again", PortalText.PasswordAgain, "type=password required minlength=8 maxlength=64 autocomplete=new-password", "");
            if (!hasPassword) Small(PortalText.PasswordRule);
            Button(hasPassword ? PortalText.SignIn : PortalText.Save, "");
            _w.Raw("</section>");
            End();
        }

        public void Message(string form, int text)
        {
            Begin(form, 0, text, -1);
            _w.Raw("<section>");
            Say(text);
            _w.Raw("</section>");
            End();
        }

        public void Status(string form, int notice, long nowMs)
        {
            PortalView v = _settings.Window.Look();
            Begin(form, 1, PortalText.Status, notice);
            if (v.Maintenance) Note(PortalText.MaintenanceIs, true);
            if (!new Wiring().Load(_settings.Store) && v.Report.Bms == LinkState.NoPort)
            {
                _w.Raw("<section class=note>");
                Say(PortalText.NextStep);
                _w.Raw(" <a href=/setup>");
                Say(PortalText.Setup);
                _w.Raw("</a></section>");
            }

            _w.Raw("<section><div class=big>");
            Big(PortalText.SocWord, StatusFields.Soc, -1, v);
            Big(PortalText.PowerWord, StatusFields.Power, -1, v);
            Big(PortalText.Voltage, StatusFields.Volts, -1, v);
            Big(PortalText.Current, StatusFields.Amps, -1, v);
            Big(PortalText.ChargeLimit, StatusFields.Charge, StatusFields.ChargeWhy, v);
            Big(PortalText.DischargeLimit, StatusFields.Discharge, StatusFields.DischargeWhy, v);
            _w.Raw("</div><p id=age class=dim role=status data-n=");
            _w.Number(StatusFields.CellsOf(v), 0);
            _w.Raw(v.Maintenance ? " data-m=1" : " data-m=0");
            _w.Raw(" data-lost=\"");
            Say(PortalText.NoContact);
            _w.Raw("\">");
            Age(v, nowMs);
            _w.Raw("</p></section><section><h2>");
            Say(PortalText.Links);
            _w.Raw("</h2><dl>");
            Row(PortalText.AlarmsWord, StatusFields.Alarms, v);
            _w.Raw("<dt>BMS</dt>");
            Cell(StatusFields.BmsLink, v);
            Row(PortalText.InverterWord, StatusFields.InverterLink, v);
            Row(PortalText.ServerWord, StatusFields.ServerLink, v);
            _w.Raw("</dl></section><section><h2>");
            Say(PortalText.CellsWord);
            _w.Raw("</h2><p id=f13>");
            StatusFields.Write(StatusFields.Cells, v, _t, _w);
            _w.Raw("</p><div class=cells>");
            for (int i = 0; i < StatusFields.CellsOf(v); i++)
            {
                _w.Raw("<div><small>");
                _w.Number(i + 1, 0);
                _w.Raw("</small><span id=f");
                _w.Number(StatusFields.Cell1 + i, 0);
                _w.Raw(">");
                StatusFields.Write(StatusFields.Cell1 + i, v, _t, _w);
                _w.Raw("</span></div>");
            }

            _w.Raw("</div></section><section><dl>");
            Row(PortalText.Temps, StatusFields.Temps, v);
            Row(PortalText.Asked, StatusFields.AskVolts, v);
            Row(PortalText.CapacityWord, StatusFields.Capacity, v);
            Row(PortalText.HealthWord, StatusFields.Health, v);
            Row(PortalText.SwitchesWord, StatusFields.Switches, v);
            Row(PortalText.BmsVersionWord, StatusFields.BmsVersion, v);
            Row(PortalText.VersionWord, StatusFields.Version, v);
            Row(PortalText.UptimeWord, StatusFields.Uptime, v);
            _w.Raw("</dl></section><script src=/portal.js></script>");
            End();
        }

        public void StatusJson(long nowMs)
        {
            PortalView v = _settings.Window.Look();
            _w.Json = true;
            int cells = StatusFields.CellsOf(v);
            _w.Raw("{\"n\":");
            _w.Number(cells, 0);
            _w.Raw(v.Maintenance ? ",\"m\":1,\"age\":\"" : ",\"m\":0,\"age\":\"");
            Age(v, nowMs);
            _w.Raw("\"");
            for (int i = 0; i < StatusFields.Cell1 + cells; i++)
            {
                _w.Raw(",\"f");
                _w.Number(i, 0);
                _w.Raw("\":\"");
                StatusFields.Write(i, v, _t, _w);
                _w.Raw("\"");
            }

            _w.Raw("}");
        }

        public void Setup(string form, int notice)
        {
            Begin(form, 2, PortalText.Setup, notice);
            if (notice == PortalText.Saved) RestartForm();
            Wires();
            Fleet();
            Wifi();
            End();
        }

        public void Profile(string form, int notice)
        {
            Profile p = _settings.Window.Look().Profile;
            int[] n = p.Number;
            Begin(form, 3, PortalText.ProfileWord, notice);
            Open(PortalText.InForce);
            Paragraph(PortalText.ProfileText);
            _w.Raw("<dl><dt>");
            Say(PortalText.Revision);
            _w.Raw("</dt><dd>");
            if (p.Revision == 0) Say(PortalText.BuiltIn);
            else _w.Number(p.Revision, 0);
            _w.Raw(" ");
            _w.Text(p.Name);
            _w.Raw("</dd>");
            Amps(PortalText.ChargeLimit, n[ProfileField.ChargeMaxMa]);
            Amps(PortalText.DischargeLimit, n[ProfileField.DischargeMaxMa]);
            Stop(PortalText.StopCharge, PortalText.StartCharge, n[ProfileField.StopChargeSocPermille], n[ProfileField.RestartChargeSocPermille]);
            Stop(PortalText.StopDischarge, PortalText.StartDischarge, n[ProfileField.StopDischargeSocPermille], n[ProfileField.RestartDischargeSocPermille]);
            Dt(PortalText.NoReadingZero);
            _w.Number(n[ProfileField.StaleMs] / 100, 1);
            _w.Raw(" s</dd></dl></section>");
            for (int i = 0; i < Limits.Profile.Sources; i++)
            {
                Ramp(PortalText.ChargeLimit, i, p.ChargeRamp[i]);
                Ramp(PortalText.DischargeLimit, i, p.DischargeRamp[i]);
            }

            End();
        }

        public void Device(string form, int notice)
        {
            PortalView v = _settings.Window.Look();
            Begin(form, 4, PortalText.DeviceWord, notice);
            Open(PortalText.Maintenance);
            Paragraph(v.Maintenance ? PortalText.MaintenanceIs : PortalText.MaintenanceText);
            Form("/maintenance");
            Hidden("on", v.Maintenance ? "0" : "1");
            Button(v.Maintenance ? PortalText.MaintenanceOff : PortalText.MaintenanceOn, "");
            _w.Raw("</section>");
            Firmware(v);
            RestartForm();
            Open(PortalText.ChangePassword);
            Form("/password");
            Input("old", PortalText.OldPassword, "type=password required autocomplete=current-password", "");
            Input("password", PortalText.Password, "type=password required minlength=8 maxlength=64 autocomplete=new-password", "");
            Input("again", PortalText.PasswordAgain, "type=password required minlength=8 maxlength=64 autocomplete=new-password", "");
            Button(PortalText.ChangePassword, "");
            _w.Raw("</section>");
            Open(PortalText.Reset);
            Form("/reset");
            Input("word", PortalText.ResetText, "required maxlength=16 autocomplete=off", "");
            Button(PortalText.ResetDo, " class=bad");
            _w.Raw("</section>");
            End();
        }

        private void Wires()
        {
            Wiring wiring = new Wiring();
            wiring.Load(_settings.Store);
            Open(PortalText.Wires);
            Form("/wiring");
            Select("bms", PortalText.BmsWord, BmsProtocols.Names, wiring.Bms);
            if (_settings.PortsHaveNames) Input("bmsport", PortalText.BmsPortWord, "maxlength=64 placeholder=/dev/ttyUSB0 autocomplete=off", wiring.BmsPort);
            Select("inverter", PortalText.InverterKind, InverterPresets.Names(), wiring.Inverter);
            if (_settings.PortsHaveNames) Input("inverterport", PortalText.InverterPortWord, "maxlength=64 placeholder=slcan:/dev/ttyACM0 autocomplete=off", wiring.InverterPort);
            Small(PortalText.AtNextStart);
            Button(PortalText.Save, "");
            _w.Raw("</section>");
        }

        private void Fleet()
        {
            IClaimPort claim = _settings.Claim;
            Open(PortalText.Fleet);
            if (claim.Device.Length > 0)
            {
                _w.Raw("<p>");
                Say(PortalText.BelongsTo);
                _w.Raw(" <b>");
                _w.Text(claim.Device);
                _w.Raw("</b> (");
                _w.Text(claim.Server);
                _w.Raw(")</p>");
            }

            if (claim.State != ErrandState.None)
            {
                _w.Raw("<p role=status>");
                Say(claim.State == ErrandState.Running ? PortalText.ClaimRunning : claim.State == ErrandState.Done ? PortalText.ClaimDone : PortalText.ClaimFailed);
                _w.Raw(" ");
                _w.Text(claim.State == ErrandState.Done ? claim.Device : claim.Why);
                _w.Raw("</p>");
            }

            if (claim.State == ErrandState.Running) _w.Raw("<meta http-equiv=refresh content=\"2;url=/setup\">");
            if (claim.State == ErrandState.Done) Small(PortalText.AtNextStart);
            Form("/claim");
            Input("server", PortalText.ServerAddress, "type=url required maxlength=100 placeholder=http://fleet.local:8080", "");
            Input("code", PortalText.ClaimCode, "required maxlength=40 autocomplete=off", "");
            Button(PortalText.Claim, "");
            _w.Raw("</section>");
            if (claim.State == ErrandState.Done) RestartForm();
        }

        private void Wifi()
        {
            IWifiPort wifi = _settings.Wifi;
            Open(PortalText.Wifi);
            if (!wifi.Settable)
            {
                Paragraph(PortalText.WifiSystem);
                _w.Raw("</section>");
                return;
            }

            if (wifi.Current.Length > 0)
            {
                _w.Raw("<p>");
                Say(PortalText.Joined);
                _w.Raw(" <b>");
                _w.Text(wifi.Current);
                _w.Raw("</b></p>");
            }

            if (wifi.Scanning)
            {
                Paragraph(PortalText.Scanning);
                _w.Raw("<meta http-equiv=refresh content=\"2;url=/setup\">");
            }

            Form("/scan");
            Button(PortalText.Scan, "");
            Form("/wifi");
            Input("ssid", PortalText.Network, "required maxlength=32 list=nets autocomplete=off", "");
            _w.Raw("<datalist id=nets>");
            for (int i = 0; i < wifi.Count && i < 20; i++)
            {
                _w.Raw("<option value=\"");
                _w.Text(wifi.Ssid(i));
                _w.Raw("\">");
                _w.Number(wifi.RssiDbm(i), 0);
                _w.Raw(" dBm</option>");
            }

            _w.Raw("</datalist>");
            Input("password", PortalText.Password, "type=password maxlength=63 autocomplete=off", "");
            Button(PortalText.Join, "");
            _w.Raw("</section>");
        }

        private void Firmware(PortalView v)
        {
            Open(PortalText.Firmware);
            _w.Raw("<dl>");
            Dt(PortalText.Running);
            StatusFields.Write(StatusFields.Version, v, _t, _w);
            _w.Raw("</dd>");
            _boot.TryRead(_record, _settings.Store.Read(BootRecord.Name, _record));
            for (int i = 0; i < BootRecord.Slots; i++)
            {
                _w.Raw("<dt>");
                Say(PortalText.Slot);
                _w.Raw(i == 0 ? " A</dt><dd>" : " B</dt><dd>");
                if (!_boot.Valid[i]) Say(PortalText.Empty);
                else if (_boot.Version[i] == 0) Say(PortalText.AsInstalled);
                else _w.Text(FirmwareVersion.Text(_boot.Version[i]));
                if (i == _boot.Active || i == _boot.Pending)
                {
                    _w.Raw(" \u00b7 ");
                    Say(i == _boot.Pending ? PortalText.TrialWord : PortalText.TrustedWord);
                }

                _w.Raw("</dd>");
            }

            Dt(PortalText.UpdateWord);
            _w.Text(UpdateStateNames.Of(v.Update) + " " + v.UpdateVersion + " " + v.UpdateReason);
            _w.Raw("</dd></dl></section>");
        }

        private void RestartForm()
        {
            Open(PortalText.Restart);
            Paragraph(PortalText.RestartText);
            Form("/restart");
            Button(PortalText.Restart, "");
            _w.Raw("</section>");
        }

        private void Ramp(int what, int source, RampRule ramp)
        {
            if (ramp.Count == 0) return;
            _w.Raw("<section><h2>");
            Say(what);
            _w.Raw(": ");
            Say(PortalText.CurrentBy);
            _w.Raw(" ");
            Say(PortalText.BySoc + source);
            _w.Raw("</h2><dl>");
            for (int i = 0; i < ramp.Count; i++)
            {
                _w.Raw("<dt>");
                bool cell = source >= (int)RampSource.CellMeanMv && source <= (int)RampSource.CellMinMv;
                _w.Number(ramp.Scale[i], cell ? 3 : 1);
                _w.Raw(source == 0 ? " %" : cell ? " V" : " \u00b0C");
                _w.Raw("</dt><dd>");
                _w.Number(ramp.LimitMa[i] / 100, 1);
                _w.Raw(" A</dd>");
            }

            _w.Raw("</dl></section>");
        }

        private void Amps(int what, int ma)
        {
            Dt(what);
            if (ma >= ProfileField.NoMaximumMa) Say(PortalText.NoLimit);
            else
            {
                _w.Number(ma / 100, 1);
                _w.Raw(" A");
            }

            _w.Raw("</dd>");
        }

        private void Stop(int stops, int starts, int stop, int start)
        {
            if (stop == 0) return;
            Dt(stops);
            _w.Number(stop, 1);
            _w.Raw(" %, ");
            Say(starts);
            _w.Raw(" ");
            _w.Number(start, 1);
            _w.Raw(" %</dd>");
        }

        private void Age(PortalView v, long nowMs)
        {
            if (v.Report.BmsAgeMs < 0)
            {
                Say(PortalText.NoReadingYet);
                return;
            }

            Say(PortalText.AgeWord);
            _w.Raw(" ");
            _w.Number((nowMs - v.AtMs + v.Report.BmsAgeMs) / 100, 1);
            _w.Raw(" ");
            Say(PortalText.AgeAgo);
        }

        private void Begin(string form, int page, int title, int notice)
        {
            _form = form;
            _w.Raw("<!doctype html><html lang=");
            Say(PortalText.Code);
            _w.Raw("><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
            Say(title);
            _w.Raw(" \u00b7 JkFleet</title><link rel=stylesheet href=/portal.css></head><body><header><b>JkFleet</b><a href=\"?lang=");
            Say(PortalText.OtherCode);
            _w.Raw("\" hreflang=");
            Say(PortalText.OtherCode);
            _w.Raw(">");
            Say(PortalText.Other);
            _w.Raw("</a>");
            if (page >= 0)
            {
                Form("/logout");
                _w.Raw("<button class=quiet>");
                Say(PortalText.SignOut);
                _w.Raw("</button></form></header><nav>");
                Link("/", PortalText.Status, page == 1);
                Link("/setup", PortalText.Setup, page == 2);
                Link("/profile", PortalText.ProfileWord, page == 3);
                Link("/device", PortalText.DeviceWord, page == 4);
                _w.Raw("</nav><main>");
            }
            else _w.Raw("</header><main>");
            if (notice >= 0) Note(notice, notice != PortalText.Saved && notice != PortalText.Restarting && notice != PortalText.Changed);
        }

        private void End()
        {
            _w.Raw("</main></body></html>");
        }

        private void Note(int text, bool bad)
        {
            _w.Raw(bad ? "<section class=\"note bad\" role=alert>" : "<section class=note role=status>");
            Say(text);
            _w.Raw("</section>");
        }

        private void Open(int title)
        {
            _w.Raw("<section><h2>");
            Say(title);
            _w.Raw("</h2>");
        }

        private void Link(string where, int text, bool here)
        {
            _w.Raw("<a href=");
            _w.Raw(where);
            _w.Raw(here ? " aria-current=page>" : ">");
            Say(text);
            _w.Raw("</a>");
        }

        private void Big(int word, int field, int why, PortalView v)
        {
            _w.Raw("<div><span>");
            Say(word);
            _w.Raw("</span><b id=f");
            _w.Number(field, 0);
            _w.Raw(">");
            StatusFields.Write(field, v, _t, _w);
            _w.Raw("</b>");
            if (why >= 0)
            {
                _w.Raw("<small id=f");
                _w.Number(why, 0);
                _w.Raw(">");
                StatusFields.Write(why, v, _t, _w);
                _w.Raw("</small>");
            }

            _w.Raw("</div>");
        }

        private void Row(int word, int field, PortalView v)
        {
            _w.Raw("<dt>");
            Say(word);
            _w.Raw("</dt>");
            Cell(field, v);
        }

        private void Cell(int field, PortalView v)
        {
            _w.Raw("<dd id=f");
            _w.Number(field, 0);
            _w.Raw(">");
            StatusFields.Write(field, v, _t, _w);
            _w.Raw("</dd>");
        }

        private void Dt(int word)
        {
            _w.Raw("<dt>");
            Say(word);
            _w.Raw("</dt><dd>");
        }

        private void Form(string action)
        {
            _w.Raw("<form method=post action=");
            _w.Raw(action);
            _w.Raw(">");
            Hidden("form", _form);
        }

        private void Hidden(string name, string value)
        {
            _w.Raw("<input type=hidden name=");
            _w.Raw(name);
            _w.Raw(" value=\"");
            _w.Text(value);
            _w.Raw("\">");
        }

        private void Input(string name, int label, string how, string value)
        {
            Label(name, label);
            _w.Raw("<input id=");
            _w.Raw(name);
            _w.Raw(" name=");
            _w.Raw(name);
            _w.Raw(" ");
            _w.Raw(how);
            _w.Raw(" value=\"");
            _w.Text(value);
            _w.Raw("\">");
        }

        private void Select(string name, int label, string[] choices, string chosen)
        {
            Label(name, label);
            _w.Raw("<select id=");
            _w.Raw(name);
            _w.Raw(" name=");
            _w.Raw(name);
            _w.Raw(">");
            for (int i = 0; i < choices.Length; i++)
            {
                _w.Raw(choices[i] == chosen ? "<option selected>" : "<option>");
                _w.Text(choices[i]);
                _w.Raw("</option>");
            }

            _w.Raw("</select>");
        }

        private void Label(string name, int label)
        {
            _w.Raw("<label for=");
            _w.Raw(name);
            _w.Raw(">");
            Say(label);
            _w.Raw("</label>");
        }

        private void Button(int text, string how)
        {
            _w.Raw("<button");
            _w.Raw(how);
            _w.Raw(">");
            Say(text);
            _w.Raw("</button></form>");
        }

        private void Paragraph(int text)
        {
            _w.Raw("<p>");
            Say(text);
            _w.Raw("</p>");
        }

        private void Small(int text)
        {
            _w.Raw("<p class=dim>");
            Say(text);
            _w.Raw("</p>");
        }

        private void Say(int text)
        {
            _w.Text(_t.Of(text));
        }
    }
}
