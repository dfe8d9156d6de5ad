using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using JkFleet.Agent.Network;
using JkFleet.Agent.Ports;

namespace JkFleet.Board
{
    /// <summary>
    /// Address and name server of the access point: two sockets around <see cref="DhcpResponder"/> and <see cref="DnsResponder"/>, on
    /// one thread. Both are bound to the access point's own address, so nothing of it leaks into the owner's network.
    /// </summary>
    public sealed class ApServers
    {
        /// <summary>Port of the address server.</summary>
        public const int DhcpPort = 67;

        /// <summary>Port of its clients.</summary>
        public const int DhcpClientPort = 68;

        /// <summary>Port of the name server.</summary>
        public const int DnsPort = 53;

        private const int LookUs = 100000;
        private const int PauseMs = 2000;

        private readonly IPEndPoint _dhcpAt;
        private readonly IPEndPoint _dnsAt;
        private readonly IPEndPoint _clients;
        private readonly IClock _clock;
        private readonly DhcpResponder _dhcp;
        private readonly DnsResponder _dns;
        private readonly byte[] _in = new byte[DhcpResponder.MaxBytes];
        private readonly byte[] _out = new byte[DnsResponder.MaxBytes];
        private bool _stopped;

        /// <summary>The servers; <see cref="Run"/> is the body of their thread.</summary>
        /// <param name="dhcpAt">Where requests for addresses come in.</param>
        /// <param name="clients">Where the answers go: the broadcast address.</param>
        /// <param name="dnsAt">Where names are asked for.</param>
        /// <param name="self">Our address, four bytes.</param>
        /// <param name="clock">The clock.</param>
        public ApServers(IPEndPoint dhcpAt, IPEndPoint clients, IPEndPoint dnsAt, byte[] self, IClock clock)
        {
            _dhcpAt = dhcpAt;
            _clients = clients;
            _dnsAt = dnsAt;
            _clock = clock;
            _dhcp = new DhcpResponder(self);
            _dns = new DnsResponder(self);
        }

        /// <summary>Sockets that could not be opened, and messages that could not be sent.</summary>
        public int Faults { get; private set; }

        /// <summary>Addresses and names given out.</summary>
        public int Answers { get; private set; }

        /// <summary>Ends <see cref="Run"/>.</summary>
        public void Stop()
        {
            _stopped = true;
        }

        /// <summary>Body of the thread: never throws.</summary>
        public void Run()
        {
            while (!_stopped)
            {
                Socket? dhcp = null;
                Socket? dns = null;
                try
                {
                    dhcp = Open(_dhcpAt);
                    dhcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Broadcast, true);
                    dns = Open(_dnsAt);
                    while (!_stopped) Serve(dhcp, dns);
                }
                catch (Exception)
                {
                    Faults++; // the radio is not up yet, or a phone went away: opened anew
                }

                if (dhcp != null) dhcp.Close();
                if (dns != null) dns.Close();
                if (!_stopped) Thread.Sleep(PauseMs);
            }
        }

        private static Socket Open(IPEndPoint at)
        {
            Socket socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(at);
            return socket;
        }

        private void Serve(Socket dhcp, Socket dns)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            if (dns.Poll(LookUs, SelectMode.SelectRead))
            {
                int count = dns.ReceiveFrom(_in, 0, _in.Length, SocketFlags.None, ref from);
                int answer = _dns.Answer(_in, count, _out);
                if (answer > 0) Send(dns, answer, from);
            }

            if (!dhcp.Poll(0, SelectMode.SelectRead)) return;
            int length = dhcp.ReceiveFrom(_in, 0, _in.Length, SocketFlags.None, ref from);
            int reply = _dhcp.Answer(_in, length, _out, _clock.NowMs);
            if (reply > 0) Send(dhcp, reply, _clients);
        }

        private void Send(Socket socket, int count, EndPoint to)
        {
            try
            {
                socket.SendTo(_out, 0, count, SocketFlags.None, to);
                Answers++;
            }
            catch (SocketException)
            {
                Faults++; // one phone without one answer asks again
            }
        }
    }
}
