namespace JkFleet.Agent.Portal
{
    /// <summary>Why a claim failed, in plain words.</summary>
    public static class ClaimWords
    {
        /// <summary>The words.</summary>
        /// <param name="reason">Stable name: of <see cref="Contracts.ClaimRefusal"/> or <see cref="Network.ClaimFault"/>.</param>
        /// <param name="why">What was said with it; stands in for a reason that only a newer server knows.</param>
        /// <param name="t">The language.</param>
        public static string Of(string reason, string why, PortalText t)
        {
            switch (reason)
            {
                case "wrong_code": return t.Of("this code is not valid: mistyped, used up, expired or withdrawn. Ask for a new one.", "el código no es válido: mal escrito, ya usado, caducado o retirado. Pida otro.");
                case "too_many_tries": return t.Of("too many wrong codes came from this network. Wait a minute.", "demasiados códigos erróneos desde esta red. Espere un minuto.");
                case "bad_request": return t.Of("the server does not understand this device: is one of them much older?", "el servidor no entiende a este equipo: ¿uno de los dos es mucho más antiguo?");
                case "bad_address": return t.Of("that is no web address.", "eso no es una dirección web.");
                case "unreachable": return t.Of("nobody answers at this address: is it right, and is the server running?", "nadie responde en esa dirección: ¿es correcta y está encendido el servidor?");
                case "unknown_host": return t.Of("this network knows no server of that name.", "esta red no conoce ningún servidor con ese nombre.");
                case "untrusted": return t.Of("this device does not trust the server's certificate.", "este equipo no confía en el certificado del servidor.");
                case "no_answer": return t.Of("the server did not answer in time. Please try again.", "el servidor no respondió a tiempo. Inténtelo de nuevo.");
                case "other_server": return t.Of("what answers there is no JkFleet server: is the address right?", "lo que responde ahí no es un servidor JkFleet: ¿es correcta la dirección?");
                case "store": return t.Of("it could not be saved here. Make room and claim again: it becomes the same device.", "no se pudo guardar aquí. Libere espacio y repita el alta: será el mismo equipo.");
                case "no_authority": return t.Of("the server speaks TLS, and this board was flashed without server_ca.", "el servidor usa TLS y esta placa se grabó sin server_ca.");
                default: return why;
            }
        }
    }
}
