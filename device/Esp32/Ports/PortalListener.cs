using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;

namespace JkFleet.Board
{
    /// <summary>
    /// The portal's door: one browser at a time, one buffer in, the portal's own buffers out, everything with a bound in bytes and
    /// time. It runs on a thread of its own and shares nothing with the control loop but <see cref="PortalWindow"/>.
    /// </summary>
    public sealed class PortalListener
    {
        /// <summary>Port of the portal.</summary>
        public const int Port = 80;

        private const int Queue = 4;
        private const int LookUs = 50000;
        private const int SendBytes = 1024;
        private const int SendMs = 8000;
        private const int PauseMs = 2000;
        private const int DrainTimes = 16;

        private readonly IPEndPoint _at;
        private readonly LocalPortal _portal;
        private readonly IClock _clock;
        private readonly PortalRequest _request = new PortalRequest();
        private readonly ConnectionPatience _patience = new ConnectionPatience();
        private readonly byte[] _in = new byte[PortalRequest.MaxHead + PortalRequest.MaxBody + 4];
        private bool _stopped;

        /// <summary>A door; <see cref="Run"/> is the body of its thread.</summary>
        /// <param name="at">Where it listens.</param>
        /// <param name="portal">Who answers.</param>
        /// <param name="clock">The clock.</param>
        public PortalListener(IPEndPoint at, LocalPortal portal, IClock clock)
        {
            _at = at;
            _portal = portal;
            _clock = clock;
        }

        /// <summary>Connections that broke.</summary>
        public int Faults { get; private set; }

        /// <summary>Pages sent.</summary>
        public int Pages { get; private set; }

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
                Socket? listener = null;
                try
                {
                    listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    listener.Bind(_at);
                    listener.Listen(Queue);
                    while (!_stopped)
                        if (listener.Poll(LookUs * 4, SelectMode.SelectRead)) Serve(listener);
                }
                catch (Exception)
                {
                    Faults++; // the network went away under it: opened anew
                }

                if (listener != null) listener.Close();
                if (!_stopped) Thread.Sleep(PauseMs);
            }
        }

        private void Serve(Socket listener)
        {
            Socket client = listener.Accept();
            try
            {
                client.SendTimeout = SendMs;
                client.ReceiveTimeout = ConnectionPatience.WholeMs;
                int state = Receive(listener, client);
                if (state == 0) return;
                if (state < 0) _portal.Refuse(-state);
                else _portal.Handle(_request, _clock.NowMs);
                long sinceMs = _clock.NowMs;
                if (Send(client, _portal.Head, sinceMs) && Send(client, _portal.Body, sinceMs)) Pages++;
                if (state < 0) Drain(client);
            }
            catch (Exception)
            {
                Faults++; // a browser that went away loses its page and nothing else
            }
            finally
            {
                client.Close();
            }
        }

        // 0 = nobody spoke, or not to the end; else as the request says.
        private int Receive(Socket listener, Socket client)
        {
            _patience.Begin(_clock.NowMs);
            int count = 0;
            int state = 0;
            while (state == 0)
            {
                if (_stopped || _patience.IsOver(_clock.NowMs, listener.Poll(0, SelectMode.SelectRead))) return 0;
                if (!client.Poll(LookUs, SelectMode.SelectRead)) continue;
                if (count == _in.Length) return 0;
                int more = client.Receive(_in, count, _in.Length - count, SocketFlags.None);
                if (more <= 0) return 0;
                _patience.Spoke();
                count += more;
                state = _request.Read(_in, count);
            }

            return state;
        }

        private bool Send(Socket client, PageWriter page, long sinceMs)
        {
            int sent = 0;
            while (sent < page.Count)
            {
                if (_stopped || _clock.NowMs - sinceMs >= SendMs) return false;
                if (!client.Poll(LookUs, SelectMode.SelectWrite)) continue;
                int size = page.Count - sent < SendBytes ? page.Count - sent : SendBytes;
                int gone = client.Send(page.Buffer, sent, size, SocketFlags.None);
                if (gone <= 0) return false;
                sent += gone;
            }

            return true;
        }

        // What a refused sender still sends is read, or the reset would take the answer away from it.
        private void Drain(Socket client)
        {
            for (int i = 0; i < DrainTimes && client.Poll(LookUs * 4, SelectMode.SelectRead); i++)
                if (client.Receive(_in, 0, _in.Length, SocketFlags.None) <= 0) return;
        }
    }
}
