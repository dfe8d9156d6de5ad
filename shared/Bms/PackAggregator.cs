namespace JkFleet.Bms
{
    /// <summary>
    /// Several packs in parallel as one: Ah, currents and current limits of the ONLINE packs add up, the worst cell and the
    /// tightest voltage count. A pack that is silent or whose MOS is off loses its limit, or the others would get its share.
    /// Freshness is per pack (protocols.md 5).
    /// </summary>
    public sealed class PackAggregator
    {
        /// <summary>Most packs.</summary>
        public const int MaxPacks = 16;

        private readonly BmsSnapshot[] _packs;
        private readonly bool[] _seen;
        private readonly bool[] _online;
        private readonly StartWatch[] _starts;
        private readonly int _staleMs;

        /// <summary>An aggregation of a fixed number of packs.</summary>
        /// <param name="packs">1..16; others are moved to the nearer end.</param>
        /// <param name="staleMs">A pack without a reading for longer than this is offline, ms.</param>
        public PackAggregator(int packs, int staleMs)
        {
            int n = packs < 1 ? 1 : packs > MaxPacks ? MaxPacks : packs;
            _staleMs = staleMs;
            _seen = new bool[n];
            _online = new bool[n];
            _packs = new BmsSnapshot[n];
            _starts = new StartWatch[n];
            for (int i = 0; i < n; i++)
            {
                _packs[i] = new BmsSnapshot();
                _starts[i] = new StartWatch();
            }
        }

        /// <summary>Number of packs.</summary>
        public int Packs
        {
            get { return _packs.Length; }
        }

        /// <summary>Last reading of a pack; read only.</summary>
        /// <param name="index">0 and up.</param>
        public BmsSnapshot Pack(int index)
        {
            return _packs[index];
        }

        /// <summary>
        /// Takes over a pack's new reading. One of several must agree with itself, because the sum of all cannot be judged any
        /// more: cells and voltage within 2 %, cell count as set (protocols.md 7.10), and its BMS must not be just starting. A single pack
        /// is judged by the agent.
        /// </summary>
        /// <param name="index">0 and up.</param>
        /// <param name="reading">Copied when true is returned.</param>
        public bool Put(int index, BmsSnapshot reading)
        {
            if (_packs.Length > 1 && (_starts[index].IsStarting(reading.TakenAtMs, reading) || !AgreesWithItself(reading))) return false;
            reading.CopyTo(_packs[index]);
            _seen[index] = true;
            return true;
        }

        /// <summary>The pack has a reading that is not stale.</summary>
        /// <param name="index">0 and up.</param>
        /// <param name="nowMs">Clock.</param>
        public bool IsOnline(int index, long nowMs)
        {
            return _seen[index] && nowMs - _packs[index].TakenAtMs <= _staleMs;
        }

        /// <summary>
        /// Combines the online packs. With one pack only, its reading as it is. With more, the cell count stays that of the series
        /// (limits multiply by it); each place shows the cell that strays furthest from the mean of all, highest and lowest are
        /// those of all packs with their number in the series, and the cell sum is the mean over the packs.
        /// </summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="into">Filled when true is returned; its time is that of the newest reading.</param>
        /// <returns>False when no pack is online, or when online packs differ in their cell count: they cannot be in parallel.</returns>
        public bool TryCombine(long nowMs, BmsSnapshot into)
        {
            int online = 0;
            int first = -1;
            for (int i = 0; i < _packs.Length; i++)
            {
                _online[i] = IsOnline(i, nowMs);
                if (!_online[i]) continue;
                online++;
                if (first < 0) first = i;
                else if (_packs[i].CellCount != _packs[first].CellCount) return false;
            }

            if (online == 0) return false;
            if (_packs.Length == 1)
            {
                _packs[0].CopyTo(into);
                return true;
            }

            string version = _packs[first].SoftwareVersion;
            into.Clear();
            into.SoftwareVersion = version;
            into.PacksTotal = _packs.Length;
            into.PacksOnline = online;
            CombineState(into, online);
            CombineCharge(into);
            CombineLimits(into);
            CombineCells(into, online);
            CombineTemperatures(into);
            return true;
        }

        private static bool AgreesWithItself(BmsSnapshot s)
        {
            if (s.CellCount == 0 || (s.CellCountSetting != BmsSnapshot.Unknown && s.CellCountSetting != s.CellCount)) return false;
            int apart = s.CellSumMv > s.PackVoltageMv ? s.CellSumMv - s.PackVoltageMv : s.PackVoltageMv - s.CellSumMv;
            // An invalid cell spoils the sum and has its own rule: the cell ramps go to zero.
            return s.InvalidCells > 0 || (long)apart * 50 <= s.PackVoltageMv;
        }

        private void CombineState(BmsSnapshot into, int online)
        {
            long volts = 0;
            bool first = true;
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                BmsSnapshot p = _packs[i];
                volts += p.PackVoltageMv;
                into.CurrentMa += p.CurrentMa;
                into.Alarms |= p.Alarms;
                into.AlarmsRaw |= p.AlarmsRaw;
                into.ChargeMosOn |= p.ChargeMosOn;
                into.DischargeMosOn |= p.DischargeMosOn;
                into.Balancing |= p.Balancing;
                if (p.Cycles > into.Cycles) into.Cycles = p.Cycles;
                if (first || p.TakenAtMs > into.TakenAtMs) into.TakenAtMs = p.TakenAtMs;
                first = false;
                into.SohPermille = Lower(into.SohPermille, p.SohPermille);
                into.LowSocPercent = Higher(into.LowSocPercent, p.LowSocPercent);
            }

            into.PackVoltageMv = (int)(volts / online);
        }

        // SOC by capacity: a small full pack must not make a big empty one look half full.
        private void CombineCharge(BmsSnapshot into)
        {
            long capacity = 0;
            long remaining = 0;
            long weighted = 0;
            long weight = 0;
            long plain = 0;
            int packs = 0;
            bool allKnown = true;
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                BmsSnapshot p = _packs[i];
                packs++;
                plain += p.SocPermille;
                if (p.CapacityMah == BmsSnapshot.Unknown)
                {
                    allKnown = false;
                    continue;
                }

                capacity += p.CapacityMah;
                weighted += (long)p.CapacityMah * p.SocPermille;
                weight += p.CapacityMah;
                remaining += p.RemainingMah == BmsSnapshot.Unknown ? (long)p.CapacityMah * p.SocPermille / 1000 : p.RemainingMah;
            }

            into.SocPermille = (int)(allKnown && weight > 0 ? weighted / weight : plain / packs);
            if (!allKnown) return;
            into.CapacityMah = Int(capacity);
            into.RemainingMah = Int(remaining);
        }

        private void CombineLimits(BmsSnapshot into)
        {
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                BmsSnapshot p = _packs[i];
                into.PackOvpMv = Lower(into.PackOvpMv, p.PackOvpMv);
                into.PackUvpMv = Higher(into.PackUvpMv, p.PackUvpMv);
                into.CellOvpMv = Lower(into.CellOvpMv, p.CellOvpMv);
                into.CellUvpMv = Higher(into.CellUvpMv, p.CellUvpMv);
                into.MaxChargeMa = Add(into.MaxChargeMa, p.MaxChargeMa, p.ChargeMosOn);
                into.MaxDischargeMa = Add(into.MaxDischargeMa, p.MaxDischargeMa, p.DischargeMosOn);
            }
        }

        // One value per place in the series: the one that strays furthest from the mean, so that no pack hides another's bad cell.
        private void CombineCells(BmsSnapshot into, int online)
        {
            long sum = 0;
            int all = 0;
            bool first = true;
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                BmsSnapshot p = _packs[i];
                into.CellCount = p.CellCount;
                into.CellCountSetting = p.CellCountSetting;
                into.InvalidCells += p.InvalidCells;
                sum += p.CellSumMv;
                all += p.CellCount;
                if (first || p.CellMaxMv > into.CellMaxMv)
                {
                    into.CellMaxMv = p.CellMaxMv;
                    into.CellMaxNo = p.CellMaxNo;
                }

                if (first || p.CellMinMv < into.CellMinMv)
                {
                    into.CellMinMv = p.CellMinMv;
                    into.CellMinNo = p.CellMinNo;
                }

                if (p.RealMinMv != BmsSnapshot.Unknown && (into.RealMinMv == BmsSnapshot.Unknown || p.RealMinMv < into.RealMinMv))
                {
                    into.RealMinMv = p.RealMinMv;
                    into.RealMinNo = p.RealMinNo;
                }

                first = false;
            }

            into.CellSumMv = (int)(sum / online);
            into.CellMeanMv = all == 0 ? 0 : (int)(((2 * sum) + all) / (2 * all));
            for (int c = 0; c < into.CellCount; c++) into.CellMv[c] = Furthest(c, into.CellMeanMv);
        }

        private int Furthest(int cell, int mean)
        {
            int furthest = mean;
            int far = -1;
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                int mv = _packs[i].CellMv[cell];
                int apart = mv > mean ? mv - mean : mean - mv;
                if (apart <= far) continue;
                far = apart;
                furthest = mv;
            }

            return furthest;
        }

        // Lowest and highest over all packs; a broken sensor anywhere stays visible as an unknown third.
        private void CombineTemperatures(BmsSnapshot into)
        {
            int lowest = BmsSnapshot.Unknown;
            int highest = BmsSnapshot.Unknown;
            bool broken = false;
            for (int i = 0; i < _packs.Length; i++)
            {
                if (!_online[i]) continue;
                BmsSnapshot p = _packs[i];
                into.TempMosDeciC = Higher(into.TempMosDeciC, p.TempMosDeciC);
                for (int t = 0; t < p.TempCount; t++)
                {
                    broken |= p.TempDeciC[t] == BmsSnapshot.Unknown;
                    lowest = Lower(lowest, p.TempDeciC[t]);
                    highest = Higher(highest, p.TempDeciC[t]);
                }
            }

            if (lowest != BmsSnapshot.Unknown)
            {
                into.TempDeciC[0] = lowest;
                into.TempDeciC[1] = highest;
                into.TempCount = 2;
            }

            if (broken) into.TempDeciC[into.TempCount++] = BmsSnapshot.Unknown;
        }

        private static int Lower(int a, int b)
        {
            return a == BmsSnapshot.Unknown ? b : b == BmsSnapshot.Unknown || a < b ? a : b;
        }

        private static int Higher(int a, int b)
        {
            return a == BmsSnapshot.Unknown ? b : b == BmsSnapshot.Unknown || a > b ? a : b;
        }

        // A pack whose MOS is off adds nothing, but its 0 is known: the sum must not stay "unknown" and so unlimited.
        private static int Add(int sum, int limit, bool on)
        {
            if (limit == BmsSnapshot.Unknown) return on ? sum : Add(sum, 0, true);
            long total = (sum == BmsSnapshot.Unknown ? 0 : (long)sum) + (on ? limit : 0);
            return Int(total);
        }

        private static int Int(long value)
        {
            return value > int.MaxValue ? int.MaxValue : (int)value;
        }
    }
}
