namespace JkFleet.Agent.Portal
{
    /// <summary>What the short names of the protocols mean to an installer who holds the cable.</summary>
    public static class ProtocolWords
    {
        /// <summary>What a name means; "" when the name says it itself.</summary>
        /// <param name="name">BMS protocol or inverter preset.</param>
        /// <param name="t">The language.</param>
        public static string Of(string name, PortalText t)
        {
            switch (name)
            {
                case "jk-4e57": return t.Of("JK-B/BD, GPS or UART-TTL plug", "JK-B/BD, conector GPS o UART-TTL");
                case "jk02": return t.Of("JK02 frames", "tramas JK02");
                case "jk-pb": return t.Of("JK-PB inverter BMS, RS485-2", "BMS JK-PB para inversor, RS485-2");
                case "jk-pb-modbus": return t.Of("JK-PB, Modbus registers", "JK-PB, registros Modbus");
                case "can-jk": return t.Of("JK's own CAN, 250 kbit/s", "CAN propio de JK, 250 kbit/s");
                case "can-jk-doc": return t.Of("JK's own CAN, discharge counts as positive", "CAN propio de JK, descarga en positivo");
                case "generic-lv": return t.Of("Pylontech low voltage: most inverters", "Pylontech baja tensión: casi todos");
                case "generic-lv-13": return t.Of("Pylontech low voltage, V1.3", "Pylontech baja tensión, V1.3");
                case "generic-hv": return t.Of("Pylontech high voltage", "Pylontech alta tensión");
                case "generic-hv-11bit": return t.Of("Pylontech high voltage, short ids", "Pylontech alta tensión, ids cortos");
                default: return "";
            }
        }
    }
}
