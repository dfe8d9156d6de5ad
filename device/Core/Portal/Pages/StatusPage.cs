using JkFleet.Contracts;

namespace JkFleet.Agent.Portal
{
    /// <summary>The status page, and the poll that keeps it and the firmware fresh.</summary>
    internal sealed class StatusPage
    {
        private readonly PageKit _p;
        private readonly PageWriter _w;
        private readonly PortalSettings _settings;

        public StatusPage(PortalSettings settings, PageKit kit)
        {
            _settings = settings;
            _p = kit;
            _w = kit.W;
        }

        public void Write(string form, int notice, long nowMs)
        {
            PortalView v = _settings.Window.Look();
            _p.Begin(form, "/", _p.T.Of("Status", "Estado"), notice, 0);
            Live(v);
            if (v.Maintenance) _p.Note(_p.T.Of("Maintenance is on: charge and discharge limits are zero.", "Mantenimiento activo: los límites de carga y descarga son cero."), true);
            if (v.Report.Bms == LinkState.NoPort && !new Wiring().Load(_settings.Store)) BeginHere();

            _w.Raw("<section><div class=big>");
            Big("State of charge", "Estado de carga", StatusFields.Soc, -1, v);
            Big("Power", "Potencia", StatusFields.Power, -1, v);
            Big("Voltage", "Tensión", StatusFields.Volts, -1, v);
            Big("Current", "Corriente", StatusFields.Amps, StatusFields.Flow, v);
            Big("Charge limit", "Límite de carga", StatusFields.Charge, StatusFields.ChargeWhy, v);
            Big("Discharge limit", "Límite de descarga", StatusFields.Discharge, StatusFields.DischargeWhy, v);
            _w.Raw("</div><p id=age class=");
            _w.Raw(StatusFields.IsOld(v) ? "lost>" : "dim>");
            StatusFields.Age(v, nowMs, _p.T, _w);
            _w.Raw("</p></section>");

            _p.Open("Alarms and links", "Alarmas y conexiones");
            _w.Raw("<dl>");
            Row("Alarms", "Alarmas", StatusFields.Alarms, v);
            Row("BMS", "BMS", StatusFields.BmsLink, v);
            Row("Inverter", "Inversor", StatusFields.InverterLink, v);
            Row("Server", "Servidor", StatusFields.ServerLink, v);
            if (_settings.Wifi.Settable) Row("Wi-Fi", "Wi-Fi", StatusFields.Signal, v);
            Row("Update", "Actualización", StatusFields.Update, v);
            _w.Raw("</dl>");
            _p.Close();

            Cells(v);

            _p.Open("Battery", "Batería");
            _w.Raw("<dl>");
            Row("Temperatures", "Temperaturas", StatusFields.Temps, v);
            Row("Capacity", "Capacidad", StatusFields.Capacity, v);
            Row("Health", "Salud", StatusFields.Health, v);
            Row("Charge MOS", "MOS de carga", StatusFields.ChargeMos, v);
            Row("Discharge MOS", "MOS de descarga", StatusFields.DischargeMos, v);
            Row("Balancer", "Balanceador", StatusFields.Balancer, v);
            Row("Cell protection", "Protección de celda", StatusFields.CellProtection, v);
            Row("Pack protection", "Protección del conjunto", StatusFields.PackProtection, v);
            Row("Current protection", "Protección de corriente", StatusFields.CurrentProtection, v);
            Row("BMS version", "Versión del BMS", StatusFields.BmsVersion, v);
            _w.Raw("</dl>");
            _p.Close();

            _p.Open("Device", "Equipo");
            _w.Raw("<dl>");
            Row("Voltages told to the inverter", "Tensiones dichas al inversor", StatusFields.AskVolts, v);
            Row("Profile", "Perfil", StatusFields.ProfileInForce, v);
            Row("BMS frames", "Tramas del BMS", StatusFields.BmsFrames, v);
            Row("CAN frames", "Tramas CAN", StatusFields.CanFrames, v);
            Row("Agent", "Agente", StatusFields.Version, v);
            Row("Running for", "En marcha", StatusFields.Uptime, v);
            _w.Raw("</dl>");
            _p.Close();
            _p.End();
        }

        /// <summary>The line that says when the device is gone, and the script that asks.</summary>
        public void Live(PortalView v)
        {
            _w.Raw("<p id=live class=lost role=status data-s=\"");
            Shape(v);
            _w.Raw("\" data-lost=\"");
            _p.Say("No contact with the device", "Sin contacto con el equipo");
            _w.Raw("\"></p>");
            _p.Script();
        }

        public void Json(long nowMs)
        {
            PortalView v = _settings.Window.Look();
            int count = StatusFields.Cell1 + StatusFields.CellsOf(v);
            _w.Json = true;
            _w.Raw("{\"s\":\"");
            Shape(v);
            _w.Raw("\",\"bad\":\",");
            if (StatusFields.IsOld(v)) _w.Raw("age,");
            for (int i = 0; i < count; i++)
            {
                if (!StatusFields.IsBad(i, v)) continue;
                _w.Raw("f");
                _w.Number(i, 0);
                _w.Raw(",");
            }

            _w.Raw("\",\"age\":\"");
            StatusFields.Age(v, nowMs, _p.T, _w);
            _w.Raw("\"");
            for (int i = 0; i < count; i++)
            {
                _w.Raw(",\"f");
                _w.Number(i, 0);
                _w.Raw("\":\"");
                StatusFields.Write(i, v, _p.T, _w);
                _w.Raw("\"");
            }

            _w.Raw("}");
        }

        // What a page is built of: when it changes, new texts in old places are not enough.
        private void Shape(PortalView v)
        {
            _w.Number(StatusFields.CellsOf(v), 0);
            _w.Raw(v.Maintenance ? "m" : "-");
            _w.Number((int)v.Update, 0);
        }

        private void BeginHere()
        {
            _w.Raw("<section class=note>");
            _p.Say("No battery is set up yet. Begin here:", "Aún no hay batería configurada. Empiece aquí:");
            _w.Raw(" <a href=/setup>");
            _p.Say("Setup", "Ajustes");
            _w.Raw("</a></section>");
        }

        private void Cells(PortalView v)
        {
            _p.Open("Cells", "Celdas");
            Field("p", StatusFields.Cells, v);
            _w.Raw("<div class=cells>");
            for (int i = 0; i < StatusFields.CellsOf(v); i++)
            {
                _w.Raw("<div><small>");
                _w.Number(i + 1, 0);
                _w.Raw("</small>");
                Field("span", StatusFields.Cell1 + i, v);
                _w.Raw("</div>");
            }

            _w.Raw("</div>");
            _p.Close();
        }

        private void Big(string en, string es, int field, int below, PortalView v)
        {
            _w.Raw("<div><span>");
            _p.Say(en, es);
            _w.Raw("</span>");
            Field("b", field, v);
            if (below >= 0) Field("small", below, v);
            _w.Raw("</div>");
        }

        public void Row(string en, string es, int field, PortalView v)
        {
            _w.Raw("<dt>");
            _p.Say(en, es);
            _w.Raw("</dt>");
            Field("dd", field, v);
        }

        private void Field(string tag, int field, PortalView v)
        {
            _w.Raw("<");
            _w.Raw(tag);
            _w.Raw(" id=f");
            _w.Number(field, 0);
            _w.Raw(StatusFields.IsBad(field, v) ? " class=lost>" : ">");
            StatusFields.Write(field, v, _p.T, _w);
            _w.Raw("</");
            _w.Raw(tag);
            _w.Raw(">");
        }
    }
}
