namespace JkFleet.Agent.Portal
{
    /// <summary>Alarms of the BMS in plain words; the bits are those of <c>BmsAlarms</c>.</summary>
    public static class AlarmWords
    {
        /// <summary>The words.</summary>
        /// <param name="bit">Number of the bit, 0..31.</param>
        /// <param name="t">The language.</param>
        public static string Of(int bit, PortalText t)
        {
            switch (bit)
            {
                case 0: return t.Of("low capacity", "capacidad baja");
                case 1: return t.Of("MOS too hot", "MOS demasiado caliente");
                case 2: return t.Of("charge voltage too high", "tensión de carga alta");
                case 3: return t.Of("discharge voltage too low", "tensión de descarga baja");
                case 4: return t.Of("battery too hot", "batería caliente");
                case 5: return t.Of("charge current too high", "corriente de carga alta");
                case 6: return t.Of("discharge current too high", "corriente de descarga alta");
                case 7: return t.Of("cells differ too much", "celdas desiguales");
                case 8: return t.Of("box too hot", "caja caliente");
                case 9: return t.Of("battery too cold", "batería fría");
                case 10: return t.Of("cell voltage too high", "celda alta");
                case 11: return t.Of("cell voltage too low", "celda baja");
                case 12: return t.Of("309_A protection", "protección 309_A");
                case 13: return t.Of("309_B protection", "protección 309_B");
                case 14: return t.Of("alarm bit 14", "bit de alarma 14");
                case 15: return t.Of("alarm bit 15", "bit de alarma 15");
                case 16: return t.Of("wire resistance", "resistencia de cable");
                case 17: return t.Of("wrong number of cells", "número de celdas incorrecto");
                case 18: return t.Of("current sensor", "sensor de corriente");
                case 19: return t.Of("short circuit", "cortocircuito");
                case 20: return t.Of("coprocessor", "coprocesador");
                case 21: return t.Of("MOS fault", "fallo del MOS");
                case 22: return t.Of("temperature sensor", "sensor de temperatura");
                case 23: return t.Of("parallel module", "módulo en paralelo");
                case 24: return t.Of("too cold to charge", "frío para cargar");
                case 25: return t.Of("too hot to charge", "calor para cargar");
                case 26: return t.Of("too hot to discharge", "calor para descargar");
                default: return t.Of("unknown alarm", "alarma desconocida");
            }
        }
    }
}
