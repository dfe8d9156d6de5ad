using JkFleet.Contracts;

namespace JkFleet.Agent.Portal
{
    /// <summary>State of an update and why it ended so, in plain words.</summary>
    public static class UpdateWords
    {
        /// <summary>The words for a state.</summary>
        /// <param name="state">The state.</param>
        /// <param name="t">The language.</param>
        public static string Of(UpdateState state, PortalText t)
        {
            switch (state)
            {
                case UpdateState.Idle: return t.Of("none", "ninguna");
                case UpdateState.Downloading: return t.Of("downloading", "descargando");
                case UpdateState.Downloaded: return t.Of("downloaded", "descargada");
                case UpdateState.Waiting: return t.Of("waiting", "en espera");
                case UpdateState.Switching: return t.Of("starting the new build", "arrancando la nueva versión");
                case UpdateState.Verifying: return t.Of("on trial", "a prueba");
                case UpdateState.Confirmed: return t.Of("confirmed", "confirmada");
                case UpdateState.Reverted: return t.Of("went back", "revertida");
                case UpdateState.Failed: return t.Of("failed", "fallida");
                default: return t.Of("refused", "rechazada");
            }
        }

        /// <summary>The words for a reason as it travels in <c>update_reason</c>; an unknown one as it is.</summary>
        /// <param name="reason">The reason.</param>
        /// <param name="t">The language.</param>
        public static string Why(string reason, PortalText t)
        {
            switch (reason)
            {
                case "handover": return t.Of("until the inverter rests", "hasta que el inversor descanse");
                case "no_bms": return t.Of("it did not hear the BMS", "no oía al BMS");
                case "inverter_lost": return t.Of("it lost the inverter", "perdió el inversor");
                case "no_server": return t.Of("it did not reach the server", "no alcanzó el servidor");
                case "never_confirmed": return t.Of("it kept crashing", "se caía una y otra vez");
                case "load_failed": return t.Of("it could not be started", "no se pudo arrancar");
                case "fell_back": return t.Of("the trusted build kept crashing", "la versión de confianza se caía");
                case "safe_mode": return t.Of("no build can be started", "ninguna versión arranca");
                case "download": return t.Of("the download broke off too often", "la descarga se cortó demasiadas veces");
                case "address_refused": return t.Of("the server refused the download", "el servidor negó la descarga");
                case "store":
                case "slot": return t.Of("it could not be stored", "no se pudo guardar");
                case "other_version": return t.Of("it is another version than offered", "no es la versión ofrecida");
                case "wrong_key": return t.Of("its signing key is not pinned here", "su clave de firma no se acepta aquí");
                case "bad_signature": return t.Of("its signature is wrong", "la firma es incorrecta");
                case "wrong_board": return t.Of("it is for another board", "es para otra placa");
                case "expired": return t.Of("its time is over", "ha caducado");
                case "older": return t.Of("it is older than allowed", "es más antigua de lo permitido");
                default: return reason;
            }
        }
    }
}
