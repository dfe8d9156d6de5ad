using System;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using JkFleet.Agent.Network;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Board
{
    /// <summary>Claims this board over HTTP on a thread that lives as long as the claim; the enrolment counts from the next start on.</summary>
    public sealed class ClaimPort : IClaimPort
    {
        private const string KeyRecord = "claim-key";
        private const int KeyBytes = 24;
        private const int TimeoutMs = 20000;

        private readonly IStore _store;
        private readonly IRandomPort _random;
        private readonly X509Certificate? _authority;
        private readonly string _version;
        private readonly Enrolment _enrolment = new Enrolment();
        private readonly object _gate = new object();
        private ErrandState _state;
        private string _reason = "";
        private string _why = "";
        private string _server = "";
        private string _code = "";

        /// <summary>A port.</summary>
        /// <param name="store">Keeps key and enrolment.</param>
        /// <param name="random">Makes the key.</param>
        /// <param name="authority">Pinned certificate authority; without one only plain HTTP is spoken.</param>
        /// <param name="version">Version of the agent.</param>
        public ClaimPort(IStore store, IRandomPort random, X509Certificate? authority, string version)
        {
            _store = store;
            _random = random;
            _authority = authority;
            _version = version;
            _enrolment.Load(store);
        }

        /// <inheritdoc/>
        public ErrandState State
        {
            get { lock (_gate) return _state; }
        }

        /// <inheritdoc/>
        public string Reason
        {
            get { lock (_gate) return _reason; }
        }

        /// <inheritdoc/>
        public string Why
        {
            get { lock (_gate) return _why; }
        }

        /// <inheritdoc/>
        public string Device
        {
            get { lock (_gate) return _enrolment.DeviceId; }
        }

        /// <inheritdoc/>
        public string Server
        {
            get { lock (_gate) return _enrolment.DeviceId.Length == 0 ? "" : _enrolment.MqttHost + ":" + _enrolment.MqttPort.ToString(); }
        }

        /// <inheritdoc/>
        public bool Begin(string server, string code)
        {
            lock (_gate)
            {
                if (_state == ErrandState.Running) return false;
                _state = ErrandState.Running;
                _reason = "";
                _why = "";
                _server = server.EndsWith("/") ? server.Substring(0, server.Length - 1) : server;
                _code = code;
            }

            new Thread(Run).Start();
            return true;
        }

        private void Run()
        {
            ClaimExchange exchange = new ClaimExchange();
            string reason;
            bool done = false;
            try
            {
                reason = Claim(exchange);
                done = reason.Length == 0 && exchange.Why.Length == 0;
            }
            catch (Exception)
            {
                reason = ClaimFault.Unreachable;
            }

            lock (_gate)
            {
                _reason = reason;
                _why = exchange.Why;
                _state = done ? ErrandState.Done : ErrandState.Failed;
            }
        }

        // "" = done, or refused in words only.
        private string Claim(ClaimExchange exchange)
        {
            if (_server.StartsWith("https://") && _authority == null) return ClaimFault.NoAuthority;
            string? key = Key();
            if (key == null) return ClaimFault.Store;
            byte[] body = new byte[ClaimExchange.MaxRequest];
            int length = exchange.WriteRequest(body, _code, Board.Name, _version, key);
            if (length == 0) return ClaimRefusalNames.Of(ClaimRefusal.WrongCode);
            byte[] answer = new byte[ClaimExchange.MaxAnswer];
            int count;
            int status = Post(_server + ClaimExchange.Path, body, length, answer, out count);
            Enrolment found = new Enrolment();
            if (count < 0) return ClaimFault.OtherServer;
            if (!exchange.TryRead(status, answer, count, found)) return exchange.Reason;
            if (found.MqttTls && _authority == null) return ClaimFault.NoAuthority;
            if (!found.Save(_store)) return ClaimFault.Store;
            lock (_gate) _enrolment.Load(_store);
            return "";
        }

        private int Post(string url, byte[] body, int length, byte[] answer, out int count)
        {
            HttpWebRequest request = (HttpWebRequest)WebRequest.Create(url);
            request.Method = "POST";
            request.ContentType = "application/json";
            request.ContentLength = length;
            request.Timeout = TimeoutMs;
            request.ReadWriteTimeout = TimeoutMs;
            if (_authority != null) request.HttpsAuthentCert = _authority;
            using (Stream stream = request.GetRequestStream()) stream.Write(body, 0, length);
            using (HttpWebResponse response = (HttpWebResponse)request.GetResponse())
            using (Stream stream = response.GetResponseStream())
            {
                count = 0;
                while (true)
                {
                    int more = stream.Read(answer, count, answer.Length - count);
                    if (more <= 0) return (int)response.StatusCode;
                    count += more;
                    if (count < answer.Length) continue;
                    count = -1;
                    return (int)response.StatusCode;
                }
            }
        }

        // The key is kept before it is used: a claim whose answer got lost meets the same device again.
        private string? Key()
        {
            byte[] kept = new byte[KeyBytes * 2];
            if (_store.Read(KeyRecord, kept) == kept.Length) return Encoding.UTF8.GetString(kept, 0, kept.Length);
            byte[] bytes = new byte[KeyBytes];
            _random.Fill(bytes);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < KeyBytes; i++) text.Append(bytes[i].ToString("x2"));
            string key = text.ToString();
            return _store.Write(KeyRecord, Encoding.UTF8.GetBytes(key), key.Length) ? key : null;
        }
    }
}
