using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>The profile in force, as far as a person without a server needs it.</summary>
    internal sealed class ProfilePage
    {
        private readonly PageKit _p;
        private readonly PageWriter _w;
        private readonly PortalSettings _settings;

        public ProfilePage(PortalSettings settings, PageKit kit)
        {
            _settings = settings;
            _p = kit;
            _w = kit.W;
        }

        public void Write(string form, int notice)
        {
            PortalView v = _settings.Window.Look();
            Profile p = v.Profile;
            int[] n = p.Number;
            _p.Begin(form, "/profile", _p.T.Of("Profile", "Perfil"), notice, 0);
            _p.Open("Profile in force", "Perfil vigente");
            _p.Paragraph("Profiles are made on the server. A profile can only lower what board and BMS allow.", "Los perfiles se hacen en el servidor. Un perfil solo puede bajar lo que permiten la placa y el BMS.");
            _w.Raw("<dl>");
            _p.Dt("Revision", "Revisión");
            StatusFields.Write(StatusFields.ProfileInForce, v, _p.T, _w);
            _w.Raw("</dd>");
            Amps("Charge limit", "Límite de carga", n[ProfileField.ChargeMaxMa]);
            Amps("Discharge limit", "Límite de descarga", n[ProfileField.DischargeMaxMa]);
            Level("Charging stops at", "La carga se detiene en", n[ProfileField.StopChargeSocPermille]);
            Level("Charging starts again below", "La carga se reanuda por debajo de", n[ProfileField.StopChargeSocPermille] == 0 ? 0 : n[ProfileField.RestartChargeSocPermille]);
            Level("Discharging stops at", "La descarga se detiene en", n[ProfileField.StopDischargeSocPermille]);
            Level("Discharging starts again above", "La descarga se reanuda por encima de", n[ProfileField.StopDischargeSocPermille] == 0 ? 0 : n[ProfileField.RestartDischargeSocPermille]);
            _p.Dt("Without readings zero after", "Sin lecturas cero tras");
            _w.Number(n[ProfileField.StaleMs] / 100, 1);
            _w.Raw(" s</dd></dl>");
            _p.Close();
            for (int i = 0; i < Profile.Sources; i++)
            {
                Ramp("Charge limit by ", "Límite de carga según ", i, p.ChargeRamp[i]);
                Ramp("Discharge limit by ", "Límite de descarga según ", i, p.DischargeRamp[i]);
            }

            _p.End();
        }

        private void Ramp(string en, string es, int source, RampRule ramp)
        {
            if (ramp.Count == 0) return;
            bool cell = source >= (int)RampSource.CellMeanMv && source <= (int)RampSource.CellMinMv;
            _w.Raw("<section><h2>");
            _p.Say(en, es);
            _w.Text(Source((RampSource)source));
            _w.Raw("</h2><dl>");
            for (int i = 0; i < ramp.Count; i++)
            {
                _w.Raw("<dt>");
                _w.Number(ramp.Scale[i], cell ? 3 : 1);
                _w.Raw(source == (int)RampSource.SocPermille ? " %" : cell ? " V" : " \u00b0C");
                _w.Raw("</dt><dd>");
                _w.Number(ramp.LimitMa[i] / 100, 1);
                _w.Raw(" A</dd>");
            }

            _w.Raw("</dl></section>");
        }

        private string Source(RampSource source)
        {
            switch (source)
            {
                case RampSource.SocPermille: return _p.T.Of("state of charge", "estado de carga");
                case RampSource.CellMeanMv: return _p.T.Of("mean cell", "celda media");
                case RampSource.CellMaxMv: return _p.T.Of("highest cell", "celda más alta");
                case RampSource.CellMinMv: return _p.T.Of("lowest cell", "celda más baja");
                case RampSource.CellTempDeciC: return _p.T.Of("cell temperature", "temperatura de celda");
                default: return _p.T.Of("MOS temperature", "temperatura del MOS");
            }
        }

        private void Amps(string en, string es, int ma)
        {
            _p.Dt(en, es);
            if (ma >= ProfileField.NoMaximumMa) _p.Say("no limit of its own", "sin límite propio");
            else
            {
                _w.Number(ma / 100, 1);
                _w.Raw(" A");
            }

            _w.Raw("</dd>");
        }

        private void Level(string en, string es, int permille)
        {
            if (permille == 0) return;
            _p.Dt(en, es);
            _w.Number(permille, 1);
            _w.Raw(" %</dd>");
        }
    }
}
