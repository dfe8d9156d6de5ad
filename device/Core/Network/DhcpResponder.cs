namespace JkFleet.Agent.Network
{
    /// <summary>
    /// The address server of the access point (RFC 2131): a handful of leases in one table, for the phones that set the board up.
    /// Bytes in, bytes out. The runtime brings none: its ESP32 firmware is built with <c>CONFIG_LWIP_DHCPS=n</c>.
    /// </summary>
    public sealed class DhcpResponder
    {
        /// <summary>Leases; more phones than that wait until one has run out.</summary>
        public const int Leases = 8;

        /// <summary>Last byte of the first address given out.</summary>
        public const int FirstHost = 10;

        /// <summary>A lease lasts so long, s.</summary>
        public const int LeaseSeconds = 600;

        /// <summary>An address offered is kept for its asker so long, ms.</summary>
        public const int OfferMs = 10000;

        /// <summary>Longest request that is read, bytes.</summary>
        public const int MaxBytes = 576;

        /// <summary>Length of every answer, bytes.</summary>
        public const int ReplyBytes = 300;

        // RFC 2131, figure 1.
        private const int OpAt = 0;
        private const int TransactionAt = 4;
        private const int FlagsAt = 10;
        private const int ClientAddressAt = 12;
        private const int YourAddressAt = 16;
        private const int ServerAddressAt = 20;
        private const int HardwareAt = 28;
        private const int HardwareBytes = 6;
        private const int CookieAt = 236;
        private const int OptionsAt = 240;

        // RFC 2132.
        private const int OptionMask = 1;
        private const int OptionRouter = 3;
        private const int OptionNames = 6;
        private const int OptionRequested = 50;
        private const int OptionLease = 51;
        private const int OptionType = 53;
        private const int OptionServer = 54;
        private const int OptionEnd = 255;

        private const int Discover = 1;
        private const int Offer = 2;
        private const int Request = 3;
        private const int Decline = 4;
        private const int Acknowledge = 5;
        private const int Refuse = 6;
        private const int Release = 7;
        private const int Inform = 8;

        private readonly byte[] _server;
        private readonly byte[] _hardware = new byte[Leases * HardwareBytes];
        private readonly bool[] _taken = new bool[Leases];
        private readonly long[] _untilMs = new long[Leases];
        private int _type;
        private int _requestedAt;
        private int _serverAt;

        /// <summary>A server.</summary>
        /// <param name="server">IPv4 address of this board, four bytes; its clients differ in the last one.</param>
        public DhcpResponder(byte[] server)
        {
            _server = server;
        }

        /// <summary>Answers a request.</summary>
        /// <param name="request">The message.</param>
        /// <param name="count">Its length.</param>
        /// <param name="reply">Receives <see cref="ReplyBytes"/> bytes; goes to 255.255.255.255, port 68.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <returns>Length of the answer; 0 = none.</returns>
        public int Answer(byte[] request, int count, byte[] reply, long nowMs)
        {
            if (!Read(request, count)) return 0;
            Expire(nowMs);
            int mine = Find(request);
            switch (_type)
            {
                case Discover:
                    if (mine < 0) mine = Take(request, nowMs);
                    return mine < 0 ? 0 : Write(request, reply, Offer, mine);
                case Request:
                    return OnRequest(request, reply, mine, nowMs);
                case Decline:
                    // Somebody has that address already: nobody gets it until the lease has run out.
                    if (mine >= 0) Orphan(mine, nowMs);
                    return 0;
                case Release:
                    if (mine >= 0) _taken[mine] = false;
                    return 0;
                case Inform:
                    return Write(request, reply, Acknowledge, -1);
                default:
                    return 0;
            }
        }

        private int OnRequest(byte[] request, byte[] reply, int mine, long nowMs)
        {
            if (_serverAt > 0 && !Same(request, _serverAt, _server))
            {
                // It chose another server's offer.
                if (mine >= 0) _taken[mine] = false;
                return 0;
            }

            int asked = _requestedAt > 0 ? _requestedAt : ClientAddressAt;
            int slot = SlotOf(request, asked);
            // A phone that was here before asks for what it had; if that is free it is its own again.
            if (slot >= 0 && mine < 0 && !_taken[slot]) mine = Give(slot, request);
            if (slot < 0 || slot != mine) return Write(request, reply, Refuse, -1);
            _untilMs[mine] = nowMs + (LeaseSeconds * 1000L);
            return Write(request, reply, Acknowledge, mine);
        }

        private bool Read(byte[] request, int count)
        {
            _type = 0;
            _requestedAt = 0;
            _serverAt = 0;
            if (count < OptionsAt + 3 || count > request.Length || request[OpAt] != 1 || request[1] != 1 || request[2] != HardwareBytes) return false;
            if (request[CookieAt] != 99 || request[CookieAt + 1] != 130 || request[CookieAt + 2] != 83 || request[CookieAt + 3] != 99) return false;
            int at = OptionsAt;
            while (at < count && request[at] != OptionEnd)
            {
                int option = request[at++];
                if (option == 0) continue;
                if (at >= count) return false;
                int length = request[at++];
                if (at + length > count) return false;
                if (option == OptionType && length == 1) _type = request[at];
                else if (option == OptionRequested && length == 4) _requestedAt = at;
                else if (option == OptionServer && length == 4) _serverAt = at;
                at += length;
            }

            return _type != 0;
        }

        private void Expire(long nowMs)
        {
            for (int i = 0; i < Leases; i++)
                if (_taken[i] && nowMs - _untilMs[i] >= 0) _taken[i] = false;
        }

        private int Find(byte[] request)
        {
            for (int i = 0; i < Leases; i++)
                if (_taken[i] && IsOwner(request, i)) return i;
            return -1;
        }

        // Who was here before gets the same address again where that is possible: phones keep old ones for long.
        private int Take(byte[] request, long nowMs)
        {
            int free = -1;
            for (int i = Leases - 1; i >= 0; i--)
            {
                if (_taken[i]) continue;
                if (free < 0 || !IsOwner(request, free)) free = i;
                if (IsOwner(request, i)) free = i;
            }

            if (free < 0) return -1;
            _untilMs[free] = nowMs + OfferMs;
            return Give(free, request);
        }

        private int Give(int slot, byte[] request)
        {
            _taken[slot] = true;
            for (int i = 0; i < HardwareBytes; i++) _hardware[(slot * HardwareBytes) + i] = request[HardwareAt + i];
            return slot;
        }

        private void Orphan(int slot, long nowMs)
        {
            for (int i = 0; i < HardwareBytes; i++) _hardware[(slot * HardwareBytes) + i] = 0;
            _untilMs[slot] = nowMs + (LeaseSeconds * 1000L);
        }

        private bool IsOwner(byte[] request, int slot)
        {
            for (int i = 0; i < HardwareBytes; i++)
                if (_hardware[(slot * HardwareBytes) + i] != request[HardwareAt + i]) return false;
            return true;
        }

        private int SlotOf(byte[] message, int at)
        {
            for (int i = 0; i < 3; i++)
                if (message[at + i] != _server[i]) return -1;
            int slot = message[at + 3] - FirstHost;
            return slot >= 0 && slot < Leases ? slot : -1;
        }

        private static bool Same(byte[] message, int at, byte[] address)
        {
            for (int i = 0; i < 4; i++)
                if (message[at + i] != address[i]) return false;
            return true;
        }

        private int Write(byte[] request, byte[] reply, int type, int slot)
        {
            for (int i = 0; i < ReplyBytes; i++) reply[i] = 0;
            reply[OpAt] = 2;
            reply[1] = 1;
            reply[2] = HardwareBytes;
            for (int i = 0; i < 4; i++) reply[TransactionAt + i] = request[TransactionAt + i];
            reply[FlagsAt] = request[FlagsAt];
            reply[FlagsAt + 1] = request[FlagsAt + 1];
            if (type == Acknowledge)
                for (int i = 0; i < 4; i++) reply[ClientAddressAt + i] = request[ClientAddressAt + i];
            for (int i = 0; i < HardwareBytes; i++) reply[HardwareAt + i] = request[HardwareAt + i];
            if (type != Refuse)
                for (int i = 0; i < 4; i++) reply[ServerAddressAt + i] = _server[i];
            if (slot >= 0)
            {
                for (int i = 0; i < 3; i++) reply[YourAddressAt + i] = _server[i];
                reply[YourAddressAt + 3] = (byte)(FirstHost + slot);
            }

            reply[CookieAt] = 99;
            reply[CookieAt + 1] = 130;
            reply[CookieAt + 2] = 83;
            reply[CookieAt + 3] = 99;
            int at = OptionsAt;
            reply[at++] = OptionType;
            reply[at++] = 1;
            reply[at++] = (byte)type;
            at = Address(reply, at, OptionServer, _server);
            if (type != Refuse)
            {
                if (slot >= 0)
                {
                    reply[at++] = OptionLease;
                    reply[at++] = 4;
                    reply[at++] = 0;
                    reply[at++] = 0;
                    reply[at++] = LeaseSeconds >> 8;
                    reply[at++] = LeaseSeconds & 255;
                }

                reply[at++] = OptionMask;
                reply[at++] = 4;
                reply[at++] = 255;
                reply[at++] = 255;
                reply[at++] = 255;
                reply[at++] = 0;
                at = Address(reply, at, OptionRouter, _server);
                at = Address(reply, at, OptionNames, _server);
            }

            reply[at] = OptionEnd;
            return ReplyBytes;
        }

        private static int Address(byte[] reply, int at, int option, byte[] address)
        {
            reply[at++] = (byte)option;
            reply[at++] = 4;
            for (int i = 0; i < 4; i++) reply[at++] = address[i];
            return at;
        }
    }
}
