namespace JkFleet.Agent.Network
{
    /// <summary>
    /// The name server of the access point: every name is this board, so that a phone's own check for a captive portal ends at our
    /// pages (RFC 1035; one question per message, as every resolver asks). Bytes in, bytes out.
    /// </summary>
    public sealed class DnsResponder
    {
        /// <summary>Longest message without extensions, bytes.</summary>
        public const int MaxBytes = 512;

        private const int HeaderBytes = 12;
        private const int AnswerBytes = 16;
        private const int MaxName = 255;
        private const int MaxLabel = 63;
        private const int TypeA = 1;
        private const int TypeAny = 255;
        private const int ClassInternet = 1;
        private const int FormatError = 1;
        private const int NotImplemented = 4;

        private readonly byte[] _address;

        /// <summary>A name server.</summary>
        /// <param name="address">IPv4 address of this board, four bytes.</param>
        public DnsResponder(byte[] address)
        {
            _address = address;
        }

        /// <summary>Answers a query.</summary>
        /// <param name="query">The message.</param>
        /// <param name="count">Its length.</param>
        /// <param name="reply">Receives the answer; <see cref="MaxBytes"/> long.</param>
        /// <returns>Length of the answer; 0 = none: not a query, or too broken to answer.</returns>
        public int Answer(byte[] query, int count, byte[] reply)
        {
            if (count < HeaderBytes || count > MaxBytes || (query[2] & 0x80) != 0) return 0;
            int opcode = (query[2] >> 3) & 15;
            if (opcode != 0) return Refuse(query, reply, NotImplemented);
            if (query[4] != 0 || query[5] != 1) return Refuse(query, reply, FormatError);
            int end = NameEnd(query, count);
            if (end < 0 || end + 4 > count) return Refuse(query, reply, FormatError);
            int type = (query[end] << 8) | query[end + 1];
            int kind = (query[end + 2] << 8) | query[end + 3];
            end += 4;
            bool known = (type == TypeA || type == TypeAny) && (kind & 0x7FFF) == ClassInternet;
            if (known && end + AnswerBytes > MaxBytes) return Refuse(query, reply, FormatError);
            Head(query, reply, 0);
            reply[5] = 1;
            reply[7] = (byte)(known ? 1 : 0);
            for (int i = HeaderBytes; i < end; i++) reply[i] = query[i];
            // No IPv6 here and no other kind of record: an empty answer, and the phone asks for an address of ours.
            return known ? Address(reply, end) : end;
        }

        private int Address(byte[] reply, int at)
        {
            reply[at] = 0xC0; // the name of the question
            reply[at + 1] = HeaderBytes;
            reply[at + 2] = 0;
            reply[at + 3] = TypeA;
            reply[at + 4] = 0;
            reply[at + 5] = ClassInternet;
            reply[at + 6] = 0;
            reply[at + 7] = 0;
            reply[at + 8] = 0;
            reply[at + 9] = 1; // a second: the name must not stick to us once the phone is back in its own network
            reply[at + 10] = 0;
            reply[at + 11] = 4;
            for (int i = 0; i < 4; i++) reply[at + 12 + i] = _address[i];
            return at + AnswerBytes;
        }

        private static int Refuse(byte[] query, byte[] reply, int code)
        {
            Head(query, reply, code);
            return HeaderBytes;
        }

        private static void Head(byte[] query, byte[] reply, int code)
        {
            for (int i = 0; i < HeaderBytes; i++) reply[i] = 0;
            reply[0] = query[0];
            reply[1] = query[1];
            // A response of an authority; what was asked for (opcode, recursion wished) comes back, recursion is there.
            reply[2] = (byte)(0x84 | (query[2] & 0x79));
            reply[3] = (byte)(0x80 | code);
        }

        // A question has no pointers: with them a few bytes could keep a reader going round for ever.
        private static int NameEnd(byte[] query, int count)
        {
            int at = HeaderBytes;
            while (at < count)
            {
                int label = query[at];
                if (label == 0) return at + 1;
                if (label > MaxLabel) return -1;
                at += label + 1;
                if (at - HeaderBytes > MaxName) return -1;
            }

            return -1;
        }
    }
}
