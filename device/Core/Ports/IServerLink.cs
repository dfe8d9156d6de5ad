namespace JkFleet.Agent.Ports
{
    /// <summary>
    /// The way to the server. It owns its thread and its reconnecting; the control loop only drops messages into it
    /// and looks for mail. Real: MQTTnet on a PC, M2Mqtt on the board.
    /// </summary>
    public interface IServerLink
    {
        /// <summary>True while messages can be handed over for sending.</summary>
        bool Connected { get; }

        /// <summary>Counts the connections made, so that the core says hello once per connection.</summary>
        int Connections { get; }

        /// <summary>Hands over one message for sending; never blocks.</summary>
        /// <param name="leaf">Topic leaf, one of <see cref="JkFleet.Contracts.Topics"/>.</param>
        /// <param name="buffer">Holds the message from index 0; copied before return.</param>
        /// <param name="count">Its length.</param>
        /// <param name="retain">Retained by the broker.</param>
        /// <returns>False when the link cannot take it now; the core keeps it in its backlog.</returns>
        bool Offer(string leaf, byte[] buffer, int count, bool retain);

        /// <summary>Takes one message of the server.</summary>
        /// <param name="buffer">Receives the message from index 0.</param>
        /// <param name="leaf">Topic leaf it came on.</param>
        /// <returns>Its length; 0 = no mail; a message longer than the buffer is dropped and counted by the link.</returns>
        int Take(byte[] buffer, out string leaf);

        /// <summary>True when every message taken by <see cref="Offer"/> was acknowledged by the broker.</summary>
        bool Drained { get; }
    }
}
