using JkFleet.Contracts;

namespace JkFleet.Agent.Network
{
    /// <summary>
    /// The two messages of a claim (<c>POST /api/v1/claims</c>) as bytes: claim code out, enrolment or a reason in. Whoever has the
    /// sockets sends and receives them.
    /// </summary>
    public sealed class ClaimExchange
    {
        /// <summary>Path at the server.</summary>
        public const string Path = "/api/v1/claims";

        /// <summary>Longest request, bytes.</summary>
        public const int MaxRequest = 512;

        /// <summary>Longest answer that is read, bytes.</summary>
        public const int MaxAnswer = 4096;

        private const int MaxReason = 200;
        private const int MaxName = 32;
        private const int Id = 0;
        private const int Host = 1;
        private const int Port = 2;
        private const int Tls = 3;
        private const int Secret = 4;
        private const int Detail = 5;
        private const int Title = 6;
        private const int Refused = 7;

        private readonly byte[][] _keys =
        {
            MessageWriter.KeyOf("device_id"), MessageWriter.KeyOf("mqtt_host"), MessageWriter.KeyOf("mqtt_port"),
            MessageWriter.KeyOf("mqtt_tls"), MessageWriter.KeyOf("secret"), MessageWriter.KeyOf("detail"), MessageWriter.KeyOf("title"),
            MessageWriter.KeyOf("refusal"),
        };

        private readonly MessageReader _reader = new MessageReader();

        /// <summary>Why the claim failed, as a stable name of the server or of <see cref="ClaimFault"/>; "" when it did not, or the server gave none.</summary>
        public string Reason { get; private set; } = "";

        /// <summary>Why the claim failed, in words for a person; "" when it did not.</summary>
        public string Why { get; private set; } = "";

        /// <summary>Writes the request's body.</summary>
        /// <param name="buffer">Receives it; <see cref="MaxRequest"/> bytes are enough for a code and key of sane length.</param>
        /// <param name="code">Claim code, as typed.</param>
        /// <param name="board">Kind of board.</param>
        /// <param name="agent">Version of the agent.</param>
        /// <param name="deviceKey">Random text that this board keeps: a claim repeated with it meets the same device.</param>
        /// <returns>Its length; 0 when it does not fit.</returns>
        public int WriteRequest(byte[] buffer, string code, string board, string agent, string deviceKey)
        {
            MessageWriter w = new MessageWriter(buffer);
            w.Begin();
            w.Text(MessageWriter.KeyOf("code"), code);
            w.Text(MessageWriter.KeyOf("board"), board);
            w.Text(MessageWriter.KeyOf("agent"), agent);
            w.Text(MessageWriter.KeyOf("device_key"), deviceKey);
            return w.End() ? w.Count : 0;
        }

        /// <summary>Reads the answer.</summary>
        /// <param name="status">HTTP status.</param>
        /// <param name="body">Its body.</param>
        /// <param name="count">Length of the body.</param>
        /// <param name="into">Filled when true is returned.</param>
        /// <returns>False when it is no enrolment; <see cref="Why"/> says more.</returns>
        public bool TryRead(int status, byte[] body, int count, Enrolment into)
        {
            Why = "";
            Reason = "";
            string detail = "";
            string title = "";
            string refusal = "";
            Enrolment found = new Enrolment();
            bool read = _reader.Open(body, 0, count);
            int hint = 0;
            while (read && _reader.Next())
            {
                int key = _reader.Match(_keys, hint);
                hint = key + 1;
                read = key == Id ? _reader.Text(ref found.DeviceId, Topics.MaxDeviceId)
                    : key == Host ? _reader.Text(ref found.MqttHost, Enrolment.MaxValue)
                    : key == Port ? _reader.Int32(1, 65535, ref found.MqttPort)
                    : key == Tls ? _reader.Bool(ref found.MqttTls)
                    : key == Secret ? _reader.Text(ref found.Secret, Enrolment.MaxValue)
                    : key == Detail ? _reader.Text(ref detail, MaxReason)
                    : key == Title ? _reader.Text(ref title, MaxReason)
                    : key == Refused ? _reader.Text(ref refusal, MaxName)
                    : _reader.Skip();
            }

            bool whole = read && _reader.Error == null;
            if (whole && status >= 200 && status < 300 && found.IsWhole)
            {
                into.DeviceId = found.DeviceId;
                into.MqttHost = found.MqttHost;
                into.MqttPort = found.MqttPort;
                into.MqttTls = found.MqttTls;
                into.Secret = found.Secret;
                return true;
            }

            if (status >= 200 && status < 300)
            {
                Reason = ClaimFault.OtherServer;
                Why = "the answer is no enrolment; is this the address of a JkFleet server?";
                return false;
            }

            if (whole) Reason = refusal;
            if (whole && detail.Length > 0) Why = detail;
            else if (whole && title.Length > 0) Why = title;
            else if (status == 429) Why = "the server asks for patience (too many claims); try again in a minute";
            else Why = "the server refused with " + status.ToString();
            // A proxy in front of the server, too, may ask for patience.
            if (Reason.Length == 0 && status == 429) Reason = ClaimRefusalNames.Of(ClaimRefusal.TooManyTries);
            return false;
        }
    }
}
