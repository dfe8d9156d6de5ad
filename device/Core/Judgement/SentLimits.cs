using JkFleet.Limits;

namespace JkFleet.Agent.Judgement
{
    /// <summary>What the inverter was last told, so that frames are encoded again only when there is news.</summary>
    public sealed class SentLimits
    {
        private const int RefreshMs = 1000;

        private int _chargeMa;
        private int _dischargeMa;
        private int _chargeMv;
        private int _dischargeMv;
        private int _soc;
        private int _flags;
        private long _atMs;

        /// <summary>True when frames must be encoded again.</summary>
        /// <param name="l">Limits in force.</param>
        /// <param name="nowMs">Clock.</param>
        public bool Differs(ChargeLimits l, long nowMs)
        {
            long age = nowMs - _atMs;
            return age >= RefreshMs || age < 0 || l.ChargeLimitMa != _chargeMa || l.DischargeLimitMa != _dischargeMa
                || l.ChargeVoltageMv != _chargeMv || l.DischargeVoltageMv != _dischargeMv || l.ShownSocPermille != _soc || Flags(l) != _flags;
        }

        /// <summary>Keeps what was told.</summary>
        /// <param name="l">Limits in force.</param>
        /// <param name="nowMs">Clock.</param>
        public void Remember(ChargeLimits l, long nowMs)
        {
            _atMs = nowMs;
            _chargeMa = l.ChargeLimitMa;
            _dischargeMa = l.DischargeLimitMa;
            _chargeMv = l.ChargeVoltageMv;
            _dischargeMv = l.DischargeVoltageMv;
            _soc = l.ShownSocPermille;
            _flags = Flags(l);
        }

        private static int Flags(ChargeLimits l)
        {
            return (l.ChargeAllowed ? 1 : 0) | (l.DischargeAllowed ? 2 : 0) | (l.ForceCharge ? 4 : 0)
                | (l.FullChargeRequest ? 8 : 0) | (l.BmsLost ? 16 : 0);
        }
    }
}
