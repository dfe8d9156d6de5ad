using JkFleet.Inverter;

namespace JkFleet.Bms.JkCan
{
    /// <summary>
    /// Collects JK's own CAN frames into readings: an alternative source where the UART is taken. Pure; fed with frames. A
    /// reading needs voltage, cells and temperatures, each of them fresh. The BMS's own current limits are not on this bus,
    /// so the ceilings stay unknown.
    /// </summary>
    public sealed class JkCanReader
    {
        /// <summary>A part older than this makes no reading, ms (cells come once a second).</summary>
        public const int FreshMs = 3000;

        /// <summary>Least time between two readings, ms (voltage comes every 20 ms).</summary>
        public const int PaceMs = 500;

        /// <summary>Units repeat an alarm only while it lasts; without a frame that takes it back it holds this long, ms.</summary>
        public const int AlarmHoldMs = 120000;

        private const int MaxCells = 4 * JkCanIds.CellFrames;

        private readonly int _cells;
        private readonly int _sign;
        private readonly BmsLinkCounters _counters = new BmsLinkCounters();
        private readonly BmsSnapshot _reading = new BmsSnapshot();
        private readonly int[] _cellMv = new int[MaxCells];
        private readonly bool[] _cellsSeen = new bool[JkCanIds.CellFrames];
        private readonly long[] _cellsMs = new long[JkCanIds.CellFrames];
        private readonly int[] _temps = new int[BmsSnapshot.MaxTemps];

        private bool _hasReading;
        private bool _everRead;
        private long _readMs;
        private bool _cellTempSeen;
        private long _cellTempMs;
        private int _tempMax;
        private int _tempMin;
        private bool _allTempSeen;
        private long _allTempMs;
        private int _tempMos;
        private bool _cellVoltSeen;
        private long _cellVoltMs;
        private int _maxMv;
        private int _maxNo;
        private int _minMv;
        private int _minNo;
        private bool _alarmSeen;
        private long _alarmMs;
        private uint _alarms;
        private bool _capacitySeen;
        private int _remainingMah;
        private int _capacityMah;
        private int _cycles;
        private bool _switchSeen;
        private long _switchMs;
        private int _switches;

        /// <summary>A reader.</summary>
        /// <param name="cells">
        /// Cell count for units that send only their highest and lowest cell: the others are then given an equal share of the
        /// pack voltage, never outside those two. 0 = only units that send every cell.
        /// </param>
        /// <param name="dischargePositive">This unit counts discharge as positive (the vendor's document does, most units do not).</param>
        public JkCanReader(int cells, bool dischargePositive)
        {
            _cells = cells < 0 ? 0 : cells > BmsSnapshot.MaxCells ? BmsSnapshot.MaxCells : cells;
            _sign = dischargePositive ? -1 : 1;
        }

        /// <summary>Name on command lines and in telemetry.</summary>
        public string Name
        {
            get { return JkCanProtocol.NameOf(_sign < 0); }
        }

        /// <summary>Counters: accepted = readings made, refused = frames too short or senseless, ignored = other identifiers.</summary>
        public BmsLinkCounters Counters
        {
            get { return _counters; }
        }

        /// <summary>Takes one frame from the bus.</summary>
        /// <param name="frame">The frame; not kept.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        public void Receive(CanFrame frame, long nowMs)
        {
            int needed = frame.Extended == frame.Id > 0x7FF ? JkCanIds.BytesNeeded(frame.Id) : 0;
            if (needed == 0)
            {
                _counters.Ignored++;
                return;
            }

            if (frame.Length < needed)
            {
                Refuse("truncated");
                return;
            }

            byte[] d = frame.Data;
            switch (frame.Id)
            {
                case JkCanIds.BattStat:
                    TakeStat(d, nowMs);
                    return;
                case JkCanIds.CellVolt:
                    _cellVoltSeen = true;
                    _cellVoltMs = nowMs;
                    _maxMv = Bytes.U16Le(d, 0);
                    _maxNo = d[2];
                    _minMv = Bytes.U16Le(d, 3);
                    _minNo = d[5];
                    return;
                case JkCanIds.CellTemp:
                    _cellTempSeen = true;
                    _cellTempMs = nowMs;
                    _tempMax = DeciC(d[0]);
                    _tempMin = DeciC(d[2]);
                    return;
                case JkCanIds.AlarmInfo:
                    _alarmSeen = true;
                    _alarmMs = nowMs;
                    _alarms = Bytes.U32Le(d, 0);
                    return;
                case JkCanIds.BattStatExt:
                    _capacitySeen = true;
                    _remainingMah = Bytes.U16Le(d, 0) * 100;
                    _capacityMah = Bytes.U16Le(d, 2) * 100;
                    _cycles = Bytes.U16Le(d, 6);
                    return;
                case JkCanIds.AllTemp:
                    TakeTemperatures(d, nowMs);
                    return;
                case JkCanIds.SwitchState:
                    _switchSeen = true;
                    _switchMs = nowMs;
                    _switches = d[0];
                    return;
                default:
                    TakeCells(JkCanIds.CellFrame(frame.Id), d, nowMs);
                    return;
            }
        }

        /// <summary>Hands over a reading that became complete since the last call.</summary>
        /// <param name="into">Filled when true is returned.</param>
        public bool TryTake(BmsSnapshot into)
        {
            if (!_hasReading) return false;
            _hasReading = false;
            _reading.CopyTo(into);
            return true;
        }

        private static int DeciC(byte raw)
        {
            return (raw - JkCanIds.TempOffsetC) * 10;
        }

        private static bool IsFresh(bool seen, long atMs, long nowMs)
        {
            return seen && nowMs - atMs <= FreshMs;
        }

        private void TakeCells(int frame, byte[] d, long nowMs)
        {
            _cellsSeen[frame] = true;
            _cellsMs[frame] = nowMs;
            for (int i = 0; i < 4; i++) _cellMv[(4 * frame) + i] = Bytes.U16Le(d, 2 * i);
        }

        // Byte 3 is the MOS sensor; 0 = not fitted, as the vendor's own reader has it.
        private void TakeTemperatures(byte[] d, long nowMs)
        {
            _allTempSeen = true;
            _allTempMs = nowMs;
            _tempMos = d[3] == 0 ? BmsSnapshot.Unknown : DeciC(d[3]);
            for (int i = 0; i < _temps.Length; i++) _temps[i] = BmsSnapshot.Unknown;
            int n = 0;
            for (int i = 1; i < 6; i++)
                if (i != 3 && d[i] != 0) _temps[n++] = DeciC(d[i]);
        }

        private void TakeStat(byte[] d, long nowMs)
        {
            if (_everRead && nowMs - _readMs < PaceMs) return;
            if (d[4] > 100)
            {
                Refuse("bad_soc");
                return;
            }

            BmsSnapshot into = _reading;
            _hasReading = false;
            into.Clear();
            into.TakenAtMs = nowMs;
            into.PackVoltageMv = Bytes.U16Le(d, 0) * 100;
            into.CurrentMa = (Bytes.U16Le(d, 2) - JkCanIds.CurrentOffset) * 100 * _sign;
            into.SocPermille = d[4] * 10;
            if (!FillCells(into, nowMs) || !FillTemperatures(into, nowMs) || (_switchSeen && !IsFresh(true, _switchMs, nowMs)))
            {
                Refuse("incomplete");
                _everRead = true;
                _readMs = nowMs;
                return;
            }

            // Old units never send their switches. A MOS that is off stops the current whatever we say, so "on" is no risk.
            into.ChargeMosOn = !_switchSeen || (_switches & 1) != 0;
            into.DischargeMosOn = !_switchSeen || (_switches & 2) != 0;
            into.Balancing = _switchSeen && (_switches & 4) != 0;
            if (_capacitySeen)
            {
                into.RemainingMah = _remainingMah;
                into.CapacityMah = _capacityMah == 0 ? BmsSnapshot.Unknown : _capacityMah;
                into.Cycles = _cycles;
            }

            if (_alarmSeen && nowMs - _alarmMs <= AlarmHoldMs)
            {
                into.AlarmsRaw = _alarms;
                into.Alarms = JkCanIds.Unify(_alarms);
            }

            into.Summarise();
            _everRead = true;
            _readMs = nowMs;
            _hasReading = true;
            _counters.Accepted++;
        }

        private bool FillCells(BmsSnapshot into, long nowMs)
        {
            int last = -1;
            for (int i = 0; i < MaxCells; i++)
                if (_cellsSeen[i / 4] && _cellMv[i] > 0) last = i;
            if (last < 0) return FillFromExtremes(into, nowMs);
            for (int i = 0; i <= last; i++)
            {
                if (!IsFresh(_cellsSeen[i / 4], _cellsMs[i / 4], nowMs)) return false;
                into.CellMv[i] = _cellMv[i];
            }

            into.CellCount = last + 1;
            return true;
        }

        private bool FillFromExtremes(BmsSnapshot into, long nowMs)
        {
            if (_cells < 2 || !IsFresh(_cellVoltSeen, _cellVoltMs, nowMs)) return false;
            if (_maxNo < 1 || _maxNo > _cells || _minNo < 1 || _minNo > _cells || _maxMv < _minMv) return false;
            int others = _cells - (_maxNo == _minNo ? 1 : 2);
            int share = others == 0 ? 0 : (into.PackVoltageMv - _maxMv - (_maxNo == _minNo ? 0 : _minMv)) / others;
            if (share < _minMv) share = _minMv;
            if (share > _maxMv) share = _maxMv;
            for (int i = 0; i < _cells; i++) into.CellMv[i] = share;
            into.CellMv[_minNo - 1] = _minMv;
            into.CellMv[_maxNo - 1] = _maxMv;
            into.CellCount = _cells;
            return true;
        }

        private bool FillTemperatures(BmsSnapshot into, long nowMs)
        {
            if (IsFresh(_allTempSeen, _allTempMs, nowMs))
            {
                into.TempMosDeciC = _tempMos;
                while (into.TempCount < _temps.Length && _temps[into.TempCount] != BmsSnapshot.Unknown)
                {
                    into.TempDeciC[into.TempCount] = _temps[into.TempCount];
                    into.TempCount++;
                }

                if (into.TempCount > 0) return true;
            }

            if (!IsFresh(_cellTempSeen, _cellTempMs, nowMs)) return false;
            into.TempDeciC[0] = _tempMax;
            into.TempDeciC[1] = _tempMin;
            into.TempCount = 2;
            return true;
        }

        private void Refuse(string why)
        {
            _counters.Refused++;
            _counters.LastRefusal = why;
        }
    }
}
