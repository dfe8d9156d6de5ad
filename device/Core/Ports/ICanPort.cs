using JkFleet.Inverter;

namespace JkFleet.Agent.Ports
{
    /// <summary>The bus to the inverter. Real: slcan adapter, MCP2515; in the simulator: an inverter that obeys.</summary>
    public interface ICanPort
    {
        /// <summary>Hands a frame to the controller; never blocks.</summary>
        /// <param name="frame">The frame; copied.</param>
        /// <returns>False when it could not be queued (bus-off, unplugged, full).</returns>
        bool Send(CanFrame frame);

        /// <summary>Takes one received frame.</summary>
        /// <param name="frame">Filled when true is returned.</param>
        bool Receive(CanFrame frame);

        /// <summary>State of the controller.</summary>
        CanPortState State { get; }

        /// <summary>Asks a bus-off controller to rejoin the bus (with the core's back-off).</summary>
        void Recover();
    }

    /// <summary>State of a CAN controller or adapter.</summary>
    public enum CanPortState
    {
        /// <summary>Works.</summary>
        Up = 0,
        /// <summary>Too many errors: off the bus until recovery.</summary>
        BusOff = 1,
        /// <summary>The adapter is not there.</summary>
        Absent = 2,
    }
}
