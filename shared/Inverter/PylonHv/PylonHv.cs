using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>
    /// Pylontech high voltage on the bus: speaks only when asked, in the id shape in which it was asked, one frame at
    /// a time, a whole answer within 500 ms. Before the first <see cref="Update"/> nobody is answered.
    /// </summary>
    public sealed class PylonHv : IInverterProtocol
    {
        /// <summary>A question that could not be answered within this time is dropped, ms: the host asks again.</summary>
        public const int QuestionLifeMs = 500;

        /// <summary>How long a host may mask the alarm about its own silence (8240), ms.</summary>
        public const int MaskMs = 300000;

        // An answer of ten frames with its pauses stays below this, ms.
        private const int AnswerBudgetMs = 450;

        private readonly InverterDialect dialect;
        private readonly CanFrame[] ensemble = NewFrames(PylonHvEncoder.MostEnsemble);
        private readonly CanFrame[] equipment = NewFrames(PylonHvEncoder.EquipmentFrames);
        private readonly CanFrame[] cells = NewFrames(PylonHvEncoder.MostCells);
        private readonly CanFrame[] mask = NewFrames(1);
        private readonly Question[] questions = new Question[4];
        private int ensembleCount;
        private int equipmentCount;
        private int cellCount;
        private bool updated;
        private int answering = -1;
        private bool answerExtended;
        private int next;
        private bool sentAny;
        private long lastFrameMs;

        /// <summary>One battery on one bus.</summary>
        /// <param name="dialect">How this inverter wants it; kept, not copied.</param>
        public PylonHv(InverterDialect dialect)
        {
            this.dialect = dialect;
            for (int i = 0; i < questions.Length; i++) questions[i] = new Question();
            mask[0].Reset(HvId.MaskAnswer, true, 8);
            mask[0].Data[0] = HvId.Yes;
        }

        // What may be asked; the order in which answers go out. Also the index into the questions.
        private enum Topic
        {
            MaskAccepted = 0,
            Ensemble = 1,
            Equipment = 2,
            Cells = 3,
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "can-pylon-hv"; }
        }

        /// <inheritdoc/>
        public InverterDialect Dialect
        {
            get { return dialect; }
        }

        /// <inheritdoc/>
        public int Heard { get; private set; }

        /// <inheritdoc/>
        public long LastHeardMs { get; private set; }

        /// <summary>Frames heard that only a battery sends: a second battery or emulator on our bus.</summary>
        public int ForeignBattery { get; private set; }

        /// <summary>Questions answered since start (wraps).</summary>
        public int Answered { get; private set; }

        /// <summary>Questions dropped: before the first reading, too old, or of an unknown kind (wraps).</summary>
        public int Dropped { get; private set; }

        /// <inheritdoc/>
        public bool SleepRequested { get; private set; }

        /// <summary>8210 byte 0: the host wants the contactor closed for charging. Told, never obeyed against the limits.</summary>
        public bool ChargeCommanded { get; private set; }

        /// <summary>8210 byte 1: the host wants the contactor closed for discharging.</summary>
        public bool DischargeCommanded { get; private set; }

        /// <inheritdoc/>
        public long SilenceMaskedUntilMs { get; private set; }

        /// <inheritdoc/>
        public void Update(BmsSnapshot snapshot, ChargeLimits limits)
        {
            // Encoded here and not when asked: the caller may fill the snapshot again at any time after this.
            ensembleCount = PylonHvEncoder.Ensemble(snapshot, limits, dialect, SleepRequested, ensemble);
            equipmentCount = PylonHvEncoder.Equipment(snapshot, dialect, equipment);
            cellCount = PylonHvEncoder.Cells(snapshot, dialect, cells);
            updated = true;
        }

        /// <inheritdoc/>
        public bool NextFrame(long nowMs, CanFrame frame)
        {
            if (answering < 0 && !Choose(nowMs)) return false;
            int count = Count(answering);
            if (next > 0 && nowMs - lastFrameMs > QuestionLifeMs)
            {
                // The bus was closed in the middle of an answer: the rest of it is history. Measured between frames, so
                // that a slow loop still ends its answers.
                Dropped++;
                answering = -1;
                return NextFrame(nowMs, frame);
            }

            if (sentAny && nowMs - lastFrameMs < SpacingMs()) return false;
            CanFrame source = Frames(answering)[next];
            source.CopyTo(frame);
            frame.Extended = answerExtended;
            frame.Id = HvId.Of(source.Id, dialect.Address, answerExtended);
            sentAny = true;
            lastFrameMs = nowMs;
            next++;
            if (next >= count)
            {
                answering = -1;
                Answered++;
            }

            return true;
        }

        /// <inheritdoc/>
        public void Receive(CanFrame frame, long nowMs)
        {
            int group = HvId.Group(frame.Id, frame.Extended);
            if (HvId.IsBatterys(group))
            {
                ForeignBattery++;
                return;
            }

            Heard++;
            LastHeardMs = nowMs;
            int address = HvId.Address(frame.Id, frame.Extended);
            if (frame.Length < 1 || (address != 0 && address != dialect.Address)) return;
            switch (group)
            {
                case HvId.Ask: Ask(frame, nowMs); break;
                case HvId.Sleep: Sleep(frame.Data[0]); break;
                case HvId.Command:
                    ChargeCommanded = frame.Data[0] == HvId.Yes;
                    DischargeCommanded = frame.Length >= 2 && frame.Data[1] == HvId.Yes;
                    break;
                case HvId.Mask:
                    if (frame.Data[0] != HvId.Yes) break;
                    SilenceMaskedUntilMs = nowMs + MaskMs;
                    Queue(Topic.MaskAccepted, frame.Extended, nowMs);
                    break;
                default: break;
            }
        }

        private void Ask(CanFrame frame, long nowMs)
        {
            // Bytes 1 to 7 are not ours: real hosts leave E8 or E3 in byte 7.
            switch (frame.Data[0])
            {
                case 0: Queue(Topic.Ensemble, frame.Extended, nowMs); break;
                case 1: Queue(Topic.Cells, frame.Extended, nowMs); break;
                case 2: Queue(Topic.Equipment, frame.Extended, nowMs); break;
                default: Dropped++; break;
            }
        }

        private void Sleep(byte order)
        {
            if (order == HvId.SleepByte) SleepRequested = true;
            else if (order == HvId.Yes) SleepRequested = false;
        }

        private void Queue(Topic topic, bool extended, long nowMs)
        {
            // Hazard 1: no reading yet, no answer, and none later for a question from before.
            if (!updated)
            {
                Dropped++;
                return;
            }

            // One place per topic: a host that asks faster than we answer cannot fill a queue. Asked again while it is
            // being answered: the answer under way is the answer, else a fast host would never see its end.
            Question question = questions[(int)topic];
            if (answering == (int)topic && answerExtended == extended) return;
            question.Pending = true;
            question.Extended = extended;
            question.AskedMs = nowMs;
        }

        private bool Choose(long nowMs)
        {
            for (int topic = 0; topic < questions.Length; topic++)
            {
                Question question = questions[topic];
                if (!question.Pending) continue;
                question.Pending = false;
                if (IsOld(question, nowMs) || Count(topic) == 0)
                {
                    Dropped++;
                    continue;
                }

                answering = topic;
                answerExtended = question.Extended;
                next = 0;
                return true;
            }

            return false;
        }

        // A question that waited for the answer to another one is not old.
        private bool IsOld(Question question, long nowMs)
        {
            return nowMs - question.AskedMs > QuestionLifeMs && (!sentAny || nowMs - lastFrameMs > QuestionLifeMs);
        }

        private CanFrame[] Frames(int topic)
        {
            switch ((Topic)topic)
            {
                case Topic.MaskAccepted: return mask;
                case Topic.Equipment: return equipment;
                case Topic.Cells: return cells;
                default: return ensemble;
            }
        }

        private int Count(int topic)
        {
            switch ((Topic)topic)
            {
                case Topic.MaskAccepted: return 1;
                case Topic.Equipment: return equipmentCount;
                case Topic.Cells: return cellCount;
                default: return ensembleCount;
            }
        }

        private int SpacingMs()
        {
            return CanBytes.Clamp(dialect.AnswerSpacingMs, 0, AnswerBudgetMs / PylonHvEncoder.MostEnsemble);
        }

        private static CanFrame[] NewFrames(int count)
        {
            CanFrame[] frames = new CanFrame[count];
            for (int i = 0; i < count; i++) frames[i] = new CanFrame();
            return frames;
        }

        private sealed class Question
        {
            public bool Pending;
            public bool Extended;
            public long AskedMs;
        }
    }
}
