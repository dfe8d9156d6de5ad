namespace JkFleet.Inverter
{
    /// <summary>The inverter's side of high voltage: the frames a host asks with, for simulators and tests.</summary>
    public static class PylonHvHost
    {
        /// <summary>4200: ask for 0 ensemble, 1 cells, 2 equipment.</summary>
        /// <param name="topic">0, 1 or 2.</param>
        /// <param name="extended">29-bit id.</param>
        /// <param name="frame">Receives the question.</param>
        public static void Ask(int topic, bool extended, CanFrame frame)
        {
            frame.Reset(HvId.Of(HvId.Ask, 0, extended), extended, 8);
            frame.Data[0] = (byte)topic;
        }

        /// <summary>8200: sleep or leave sleep.</summary>
        /// <param name="sleep">True for sleep (55), false for wake (AA).</param>
        /// <param name="address">0..15.</param>
        /// <param name="extended">29-bit id.</param>
        /// <param name="frame">Receives the order.</param>
        public static void Sleep(bool sleep, int address, bool extended, CanFrame frame)
        {
            frame.Reset(HvId.Of(HvId.Sleep, address, extended), extended, 8);
            frame.Data[0] = sleep ? HvId.SleepByte : HvId.Yes;
        }

        /// <summary>8210: command charge and discharge.</summary>
        /// <param name="charge">Close for charging.</param>
        /// <param name="discharge">Close for discharging.</param>
        /// <param name="address">0..15.</param>
        /// <param name="extended">29-bit id.</param>
        /// <param name="frame">Receives the command.</param>
        public static void Command(bool charge, bool discharge, int address, bool extended, CanFrame frame)
        {
            frame.Reset(HvId.Of(HvId.Command, address, extended), extended, 8);
            if (charge) frame.Data[0] = HvId.Yes;
            if (discharge) frame.Data[1] = HvId.Yes;
        }

        /// <summary>8240: mask "external comm error" for 5 minutes.</summary>
        /// <param name="address">0..15.</param>
        /// <param name="extended">29-bit id.</param>
        /// <param name="frame">Receives the request.</param>
        public static void Mask(int address, bool extended, CanFrame frame)
        {
            frame.Reset(HvId.Of(HvId.Mask, address, extended), extended, 8);
            frame.Data[0] = HvId.Yes;
        }
    }
}
