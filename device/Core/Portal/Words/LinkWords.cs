using JkFleet.Contracts;

namespace JkFleet.Agent.Portal
{
    /// <summary>State of a link in plain words.</summary>
    public static class LinkWords
    {
        /// <summary>The words.</summary>
        /// <param name="state">The state.</param>
        /// <param name="t">The language.</param>
        public static string Of(LinkState state, PortalText t)
        {
            switch (state)
            {
                case LinkState.Never: return t.Of("never heard", "nunca visto");
                case LinkState.Ok: return t.Of("ok", "bien");
                case LinkState.Silent: return t.Of("silent", "callado");
                case LinkState.Faulty: return t.Of("faulty", "con fallos");
                case LinkState.BusOff: return t.Of("bus off", "bus caído");
                case LinkState.NoPort: return t.Of("not found", "no encontrado");
                default: return LinkStateNames.Of(state);
            }
        }
    }
}
