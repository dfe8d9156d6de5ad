using JkFleet.Agent.Update;
using JkFleet.Contracts;

namespace JkFleet.Agent.Portal
{
    /// <summary>Maintenance, firmware, restart, password, factory reset.</summary>
    internal sealed class DevicePage
    {
        private readonly PageKit _p;
        private readonly PageWriter _w;
        private readonly PortalSettings _settings;
        private readonly StatusPage _status;
        private readonly BootRecord _boot = new BootRecord();
        private readonly byte[] _record = new byte[BootRecord.Bytes];

        public DevicePage(PortalSettings settings, PageKit kit, StatusPage status)
        {
            _settings = settings;
            _p = kit;
            _w = kit.W;
            _status = status;
        }

        public void Write(string form, int notice, int seconds)
        {
            PortalView v = _settings.Window.Look();
            _p.Begin(form, "/device", _p.T.Of("Device", "Equipo"), notice, seconds);
            _status.Live(v);
            Maintenance(v);
            Firmware(v);

            _p.Open("Restart", "Reinicio");
            _p.RestartForm();
            _p.Close();

            _p.Open("Change password", "Cambiar contraseña");
            _p.Form("/password");
            _p.Input("old", "Current password", "Contraseña actual", "type=password required maxlength=64 autocomplete=current-password", "");
            _p.NewPassword("New password", "Contraseña nueva");
            _p.Button("Change password", "Cambiar contraseña");
            _p.Close();

            _p.Open("Factory reset", "Valores de fábrica");
            _p.Form("/reset");
            _p.Input("word", "Forgets password, enrolment, wiring and profile. Type RESET to confirm.", "Olvida contraseña, alta, cableado y perfil. Escriba RESET para confirmar.",
                "required maxlength=16 autocomplete=off autocapitalize=characters spellcheck=false", "");
            _p.BadButton("Forget everything", "Olvidar todo");
            _p.Close();
            _p.End();
        }

        private void Maintenance(PortalView v)
        {
            _p.Open("Maintenance", "Mantenimiento");
            if (v.Maintenance) _p.Paragraph("Maintenance is on: charge and discharge limits are zero.", "Mantenimiento activo: los límites de carga y descarga son cero.");
            else _p.Paragraph("Charge and discharge limits are zero while people work on the battery.", "Los límites de carga y descarga son cero mientras se trabaja en la batería.");
            _p.Form("/maintenance");
            _p.Hidden("on", v.Maintenance ? "0" : "1");
            if (v.Maintenance) _p.Button("End maintenance", "Terminar mantenimiento");
            else _p.Button("Start maintenance", "Iniciar mantenimiento");
            _p.Close();
        }

        private void Firmware(PortalView v)
        {
            _p.Open("Firmware", "Firmware");
            _w.Raw("<dl>");
            _status.Row("Running", "En uso", StatusFields.Version, v);
            _status.Row("Update", "Actualización", StatusFields.Update, v);
            _boot.TryRead(_record, _settings.Store.Read(BootRecord.Name, _record));
            for (int i = 0; i < BootRecord.Slots; i++)
            {
                _p.Dt(i == 0 ? "Slot A" : "Slot B", i == 0 ? "Ranura A" : "Ranura B");
                Slot(i);
                _w.Raw("</dd>");
            }

            _w.Raw("</dl>");
            _p.Small("Builds come from the fleet server, signed. A new one that loses battery, inverter or server is taken back by itself.", "Las versiones llegan firmadas del servidor de flota. Una nueva que pierde batería, inversor o servidor se retira sola.");
            _p.Close();
        }

        private void Slot(int slot)
        {
            if (!_boot.Valid[slot])
            {
                _p.Say("empty", "vacía");
                return;
            }

            if (_boot.Version[slot] == 0) _p.Say("as installed", "como se instaló");
            else _w.Text(FirmwareVersion.Text(_boot.Version[slot]));
            if (slot != _boot.Active && slot != _boot.Pending) return;
            _w.Raw(" \u00b7 ");
            if (slot == _boot.Pending) _p.Say("on trial", "a prueba");
            else _p.Say("trusted", "de confianza");
        }
    }
}
