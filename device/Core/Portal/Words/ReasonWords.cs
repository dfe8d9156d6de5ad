using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>Why a limit is what it is, in plain words.</summary>
    public static class ReasonWords
    {
        /// <summary>The words.</summary>
        /// <param name="reason">The reason.</param>
        /// <param name="t">The language.</param>
        public static string Of(LimitReason reason, PortalText t)
        {
            switch (reason)
            {
                case LimitReason.None: return t.Of("nothing decided yet", "aún sin decidir");
                case LimitReason.NoReading: return t.Of("no reading of the BMS yet", "aún sin lectura del BMS");
                case LimitReason.Stale: return t.Of("the last reading is too old", "la última lectura es antigua");
                case LimitReason.Recovering: return t.Of("waiting for more good readings", "esperando más lecturas buenas");
                case LimitReason.Implausible: return t.Of("the reading contradicts itself", "la lectura se contradice");
                case LimitReason.InvalidCell: return t.Of("a cell reads an impossible voltage", "una celda da una tensión imposible");
                case LimitReason.MosOff: return t.Of("switched off in the BMS", "desconectado en el BMS");
                case LimitReason.BmsAlarm: return t.Of("alarm of the BMS", "alarma del BMS");
                case LimitReason.Bms: return t.Of("the BMS's own limit", "límite propio del BMS");
                case LimitReason.Envelope: return t.Of("hard ceiling of the board", "tope fijo de la placa");
                case LimitReason.ProfileMax: return t.Of("maximum of the profile", "máximo del perfil");
                case LimitReason.SocRamp: return t.Of("ramp by state of charge", "rampa por estado de carga");
                case LimitReason.CellMeanRamp: return t.Of("ramp by mean cell", "rampa por celda media");
                case LimitReason.CellMaxRamp: return t.Of("ramp by highest cell", "rampa por celda más alta");
                case LimitReason.CellMinRamp: return t.Of("ramp by lowest cell", "rampa por celda más baja");
                case LimitReason.CellTempRamp: return t.Of("ramp by cell temperature", "rampa por temperatura de celda");
                case LimitReason.MosTempRamp: return t.Of("ramp by MOS temperature", "rampa por temperatura del MOS");
                case LimitReason.SocStop: return t.Of("stopped by state of charge", "parado por estado de carga");
                case LimitReason.VoltageStop: return t.Of("stopped by voltage", "parado por tensión");
                case LimitReason.Rising: return t.Of("rising slowly", "subiendo despacio");
                case LimitReason.InverterSilent: return t.Of("the inverter is silent", "el inversor calla");
                case LimitReason.BusOff: return t.Of("the CAN bus is off", "el bus CAN está caído");
                case LimitReason.TimeWindow: return t.Of("forbidden at this hour", "prohibido a esta hora");
                case LimitReason.Override: return t.Of("override of the server", "orden del servidor");
                case LimitReason.Maintenance: return t.Of("maintenance", "mantenimiento");
                case LimitReason.Handover: return t.Of("handover before a restart", "entrega antes de reiniciar");
                case LimitReason.Sleep: return t.Of("the inverter asked for sleep", "el inversor pidió reposo");
                case LimitReason.ChargePhase: return t.Of("charge phase", "fase de carga");
                case LimitReason.PackOffline: return t.Of("a pack is offline", "falta un paquete");
                case LimitReason.NoProfile: return t.Of("no valid profile", "sin perfil válido");
                case LimitReason.SourceMissing: return t.Of("a measurement is missing", "falta una medida");
                case LimitReason.CellHeadroom: return t.Of("a cell reached its limit", "una celda llegó a su límite");
                case LimitReason.BmsStarting: return t.Of("the BMS has just started", "el BMS acaba de arrancar");
                default: return LimitReasonNames.Of(reason);
            }
        }
    }
}
