using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Judgement
{
    /// <summary>
    /// Doubts a reading that contradicts itself or the one before (protocols.md 7.10). A single wild reading is ignored; a real
    /// change is believed once it repeats, since jumps are measured against the reading before, believed or not.
    /// </summary>
    public sealed class Plausibility
    {
        /// <summary>No single pack carries more, mA; several in parallel carry this each.</summary>
        public const int HighestMa = 500000;

        private readonly int[] _cellMv = new int[BmsSnapshot.MaxCells];
        private long _atMs;
        private int _cells;
        private int _packs; // 0 = no reading yet, which no reading agrees with
        private int _soc;

        /// <summary>Judges a reading and remembers it for the next.</summary>
        /// <param name="s">The reading.</param>
        /// <param name="p">Profile with the bounds.</param>
        public Doubt Check(BmsSnapshot s, Profile p)
        {
            Doubt doubt = Itself(s, p);
            if (doubt == Doubt.None) doubt = Before(s, p);
            Remember(s);
            return doubt;
        }

        private static Doubt Itself(BmsSnapshot s, Profile p)
        {
            if (s.PackVoltageMv <= 0) return Doubt.Voltage;
            int highest = HighestMa * s.PacksTotal;
            if (s.CurrentMa > highest || s.CurrentMa < -highest) return Doubt.Current;
            if (s.SocPermille < 0 || s.SocPermille > 1000) return Doubt.Soc;
            if (s.CellCountSetting > 0 && s.PacksTotal == 1 && s.CellCount != s.CellCountSetting) return Doubt.CellCount;
            if (!IsTemperature(s.TempMosDeciC)) return Doubt.Temperature;
            for (int i = 0; i < s.TempCount; i++)
                if (!IsTemperature(s.TempDeciC[i])) return Doubt.Temperature;
            // An invalid cell spoils every sum; it has its own rule (the cell ramps go to zero).
            if (s.CellCount > 0 && s.InvalidCells == 0 && s.PacksTotal == 1)
            {
                if ((long)Apart(s.CellSumMv, s.PackVoltageMv) * 1000 > (long)s.PackVoltageMv * p.Number[ProfileField.SumPermille]) return Doubt.Sum;
            }

            return Doubt.None;
        }

        private static bool IsTemperature(int deciC)
        {
            return deciC == BmsSnapshot.Unknown || (deciC >= -400 && deciC <= 1400);
        }

        private Doubt Before(BmsSnapshot s, Profile p)
        {
            long apartMs = s.TakenAtMs - _atMs;
            if (apartMs < 0 || apartMs > p.Number[ProfileField.StaleMs]) return Doubt.None;
            if (s.PacksTotal != _packs) return Doubt.None;
            if (s.CellCount != _cells) return Doubt.CellCount;
            for (int i = 0; i < s.CellCount; i++)
                if (Apart(s.CellMv[i], _cellMv[i]) > p.Number[ProfileField.JumpMv]) return Doubt.CellJump;
            if (Apart(s.SocPermille, _soc) > p.Number[ProfileField.JumpSocPermille]) return Doubt.SocJump;
            return Doubt.None;
        }

        private static int Apart(int a, int b)
        {
            return a > b ? a - b : b - a;
        }

        private void Remember(BmsSnapshot s)
        {
            _atMs = s.TakenAtMs;
            _cells = s.CellCount;
            _packs = s.PacksTotal;
            _soc = s.SocPermille;
            for (int i = 0; i < s.CellCount; i++) _cellMv[i] = s.CellMv[i];
        }
    }
}
