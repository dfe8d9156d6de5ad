using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkCan;
using JkFleet.Bms.JkPb;

namespace JkFleet.Bms
{
    /// <summary>Every link to a BMS by its name on command lines and in settings: what reads it and what plays it.</summary>
    public static class BmsProtocols
    {
        /// <summary>The names.</summary>
        public static readonly string[] Names = { "jk-4e57", "jk02", "jk-pb", "jk-pb-modbus", JkCanProtocol.PlainName, JkCanProtocol.DocumentName };

        /// <summary>Makes the reading side.</summary>
        /// <param name="name">One of <see cref="Names"/>.</param>
        /// <param name="addresses">DIP addresses of a PB bus; others ignore them.</param>
        /// <param name="cells">Cell count for JK's own CAN of old units, 0 = they send every cell; others ignore it.</param>
        /// <param name="pollMs">Poll period; each link moves it into its own range.</param>
        /// <returns>Null for another name.</returns>
        public static IBmsProtocol? Create(string name, int[] addresses, int cells, int pollMs)
        {
            switch (name)
            {
                case "jk-4e57": return new Jk4E57Protocol(pollMs);
                case "jk02": return new Jk02Protocol();
                case "jk-pb": return new JkPbProtocol(JkPbMode.Trigger, addresses, pollMs);
                case "jk-pb-modbus": return new JkPbProtocol(JkPbMode.Registers, addresses, pollMs);
                case JkCanProtocol.PlainName: case JkCanProtocol.DocumentName: return new JkCanProtocol(cells, name == JkCanProtocol.DocumentName);
                default: return null;
            }
        }

        /// <summary>Makes the side of the BMS, for the simulator. A PB gets address 1 and answers both ways.</summary>
        /// <param name="name">One of <see cref="Names"/>.</param>
        /// <param name="pack">Its state, read at each answer.</param>
        /// <returns>Null for another name.</returns>
        public static IBmsPlayer? Play(string name, BmsSnapshot pack)
        {
            switch (name)
            {
                case "jk-4e57": return new Jk4E57Player(pack);
                case "jk02": return new Jk02Player(pack, Jk02Layout.S32);
                case "jk-pb": case "jk-pb-modbus": return new JkPbPlayer(pack, 1);
                case JkCanProtocol.PlainName: case JkCanProtocol.DocumentName: return new JkCanPlayer(pack, name == JkCanProtocol.DocumentName);
                default: return null;
            }
        }
    }
}
