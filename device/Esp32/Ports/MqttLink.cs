using System;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;

namespace JkFleet.Board
{
    /// <summary>
    /// The way to the server over M2Mqtt. Its own thread connects, publishes and comes back after a loss; the control loop only
    /// puts messages down and picks mail up. M2Mqtt has no reconnect: every attempt is a new client.
    /// </summary>
    public sealed class MqttLink : IServerLink
    {
        private const int Places = 8;
        private const int MostMailBytes = DesiredCodec.MaxBytes;
        private const int FirstPauseMs = 2000;
        private const int LongestPauseMs = 120000;
        private const ushort KeepAliveSeconds = 30;

        private readonly BoardSettings _settings;
        private readonly string _will;
        private readonly X509Certificate? _authority;
        private readonly object _gate = new object();
        private readonly AutoResetEvent _work = new AutoResetEvent(false);
        private readonly Random _random = new Random();
        private readonly string[] _outLeaf = new string[Places];
        private readonly byte[][] _out = new byte[Places][];
        private readonly bool[] _outRetain = new bool[Places];
        private readonly string[] _inLeaf = new string[Places];
        private readonly byte[][] _in = new byte[Places][];
        private int _outFirst;
        private int _outCount;
        private int _inFirst;
        private int _inCount;
        private int _unacknowledged;
        private int _connections;
        private bool _connected;
        private bool _dropped;
        private MqttClient? _client;

        /// <summary>A link; <see cref="Run"/> is the body of its thread.</summary>
        /// <param name="settings">Address and identity.</param>
        /// <param name="will">Text that the broker publishes on <c>status</c> when this board vanishes.</param>
        public MqttLink(BoardSettings settings, string will)
        {
            _settings = settings;
            _will = will;
            _authority = settings.ServerCa.Length > 0 ? new X509Certificate(settings.ServerCa) : null;
        }

        /// <summary>Messages of the server that were too long or came too fast.</summary>
        public int MailDropped { get; private set; }

        /// <summary>Attempts and transfers that failed.</summary>
        public int Faults { get; private set; }

        /// <inheritdoc/>
        public bool Connected
        {
            get { return _connected; }
        }

        /// <inheritdoc/>
        public int Connections
        {
            get { return _connections; }
        }

        /// <inheritdoc/>
        public bool Drained
        {
            get
            {
                lock (_gate) return _outCount == 0 && _unacknowledged <= 0;
            }
        }

        /// <inheritdoc/>
        public bool Offer(string leaf, byte[] buffer, int count, bool retain)
        {
            lock (_gate)
            {
                if (!_connected || _outCount == Places) return false;
                // The client wants an array of exactly the message's length, so this is the one allocation per message.
                byte[] message = new byte[count];
                Array.Copy(buffer, 0, message, 0, count);
                int at = (_outFirst + _outCount) % Places;
                _outLeaf[at] = leaf;
                _out[at] = message;
                _outRetain[at] = retain;
                _outCount++;
            }

            _work.Set();
            return true;
        }

        /// <inheritdoc/>
        public int Take(byte[] buffer, out string leaf)
        {
            lock (_gate)
            {
                leaf = "";
                if (_inCount == 0) return 0;
                byte[] message = _in[_inFirst];
                leaf = _inLeaf[_inFirst];
                _inFirst = (_inFirst + 1) % Places;
                _inCount--;
                if (message.Length > buffer.Length)
                {
                    MailDropped++;
                    return 0;
                }

                Array.Copy(message, 0, buffer, 0, message.Length);
                return message.Length;
            }
        }

        /// <summary>Body of the link's thread: never returns, never throws.</summary>
        public void Run()
        {
            int pause = FirstPauseMs;
            while (true)
            {
                try
                {
                    if (Connect())
                    {
                        pause = FirstPauseMs;
                        Serve();
                    }
                }
                catch (Exception)
                {
                    Faults++; // every failure here means the same: let go and come back
                }

                LetGo();
                // Jitter, so that a fleet does not come back as one.
                Thread.Sleep(pause + _random.Next(pause));
                if (pause < LongestPauseMs) pause *= 2;
            }
        }

        private bool Connect()
        {
            MqttSslProtocols tls = _settings.ServerTls ? MqttSslProtocols.TLSv1_2 : MqttSslProtocols.None;
            MqttClient client = new MqttClient(_settings.ServerHost, _settings.ServerPort, _settings.ServerTls, _authority, null, tls);
            _client = client;
            _dropped = false;
            client.MqttMsgPublishReceived += Hear;
            client.MqttMsgPublished += Acknowledge;
            client.ConnectionClosed += Drop;
            MqttReasonCode answer = client.Connect(
                _settings.DeviceId, _settings.DeviceId, _settings.Secret,
                true, MqttQoSLevel.AtLeastOnce, true, Topics.Of(_settings.DeviceId, Topics.Status), _will,
                true, KeepAliveSeconds);
            if (answer != MqttReasonCode.Success) return false;
            client.Subscribe(
                new string[] { Topics.Of(_settings.DeviceId, Topics.Desired), Topics.Of(_settings.DeviceId, Topics.Command) },
                new MqttQoSLevel[] { MqttQoSLevel.AtLeastOnce, MqttQoSLevel.AtLeastOnce });
            lock (_gate)
            {
                _outCount = 0;
                _unacknowledged = 0;
                _connections++;
                _connected = true;
            }

            return true;
        }

        private void Serve()
        {
            while (!_dropped && _client != null && _client.IsConnected)
            {
                string leaf;
                byte[] message;
                bool retain;
                lock (_gate)
                {
                    leaf = _outCount > 0 ? _outLeaf[_outFirst] : "";
                    message = _out[_outFirst];
                    retain = _outRetain[_outFirst];
                }

                if (leaf.Length == 0)
                {
                    _work.WaitOne(1000, false);
                    continue;
                }

                lock (_gate) _unacknowledged++;
                _client.Publish(Topics.Of(_settings.DeviceId, leaf), message, null, null, MqttQoSLevel.AtLeastOnce, retain);
                lock (_gate)
                {
                    _outFirst = (_outFirst + 1) % Places;
                    _outCount--;
                }
            }
        }

        private void LetGo()
        {
            MqttClient? client = _client;
            lock (_gate) _connected = false;
            _client = null;
            if (client == null) return;
            try
            {
                client.MqttMsgPublishReceived -= Hear;
                client.MqttMsgPublished -= Acknowledge;
                client.ConnectionClosed -= Drop;
                client.Dispose();
            }
            catch (Exception)
            {
                Faults++; // it is gone either way
            }
        }

        private void Hear(object sender, MqttMsgPublishEventArgs e)
        {
            string prefix = Topics.Of(_settings.DeviceId, "");
            if (!e.Topic.StartsWith(prefix)) return;
            lock (_gate)
            {
                if (_inCount == Places || e.Message.Length > MostMailBytes)
                {
                    MailDropped++;
                    return;
                }

                int at = (_inFirst + _inCount) % Places;
                _inLeaf[at] = e.Topic.Substring(prefix.Length);
                _in[at] = e.Message;
                _inCount++;
            }
        }

        private void Acknowledge(object sender, MqttMsgPublishedEventArgs e)
        {
            lock (_gate) _unacknowledged--;
        }

        private void Drop(object sender, EventArgs e)
        {
            _dropped = true;
            _work.Set();
        }
    }
}
