using System;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using JkFleet.Agent.Update;

namespace JkFleet.Board
{
    /// <summary>Fetches an artifact by HTTP ranges on a thread of its own, through one small buffer: a slow server blocks nobody.</summary>
    public sealed class HttpFirmwareSource : IFirmwareSource
    {
        private const int BufferBytes = 2048;
        private const int TimeoutMs = 20000;
        private const int Broken = -1;
        private const int RefusedByServer = -2;
        private const int Ended = -3;

        private readonly X509Certificate? _authority;
        private readonly object _gate = new object();
        private readonly byte[] _buffer = new byte[BufferBytes];
        private int _held;
        private int _result;
        private int _transfer;
        private string _url = "";
        private int _offset;

        /// <summary>A source.</summary>
        /// <param name="authority">Pinned certificate authority; null for plain HTTP.</param>
        public HttpFirmwareSource(X509Certificate? authority)
        {
            _authority = authority;
        }

        /// <inheritdoc/>
        public void Open(string url, int offset)
        {
            lock (_gate)
            {
                _transfer++;
                _held = 0;
                _result = 0;
                _url = url;
                _offset = offset;
            }

            new Thread(Fetch).Start();
        }

        /// <inheritdoc/>
        public int Read(byte[] buffer)
        {
            lock (_gate)
            {
                if (_held == 0) return _result;
                int count = _held < buffer.Length ? _held : buffer.Length;
                Array.Copy(_buffer, 0, buffer, 0, count);
                _held -= count;
                Array.Copy(_buffer, count, _buffer, 0, _held);
                return count;
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            lock (_gate)
            {
                _transfer++; // the thread of an older number stops at its next look
                _held = 0;
                _result = 0;
            }
        }

        private void Fetch()
        {
            int transfer;
            string url;
            int offset;
            lock (_gate)
            {
                transfer = _transfer;
                url = _url;
                offset = _offset;
            }

            int result = Broken;
            try
            {
                result = Transfer(transfer, url, offset);
            }
            catch (Exception)
            {
                // Broken says it; the plan goes on from the byte it has.
                result = Broken;
            }

            lock (_gate)
                if (transfer == _transfer) _result = result;
        }

        private int Transfer(int transfer, string url, int offset)
        {
            HttpWebRequest request = (HttpWebRequest)WebRequest.Create(url);
            request.Timeout = TimeoutMs;
            request.ReadWriteTimeout = TimeoutMs;
            if (_authority != null) request.HttpsAuthentCert = _authority;
            if (offset > 0) request.AddRange(offset);
            using (HttpWebResponse response = (HttpWebResponse)request.GetResponse())
            {
                int status = (int)response.StatusCode;
                if (status == 401 || status == 403 || status == 404 || status == 410) return RefusedByServer;
                // A server that ignores the range would send the beginning again.
                if (status != (offset > 0 ? 206 : 200) && !(offset == 0 && status == 206)) return Broken;
                byte[] chunk = new byte[512];
                using (Stream stream = response.GetResponseStream())
                {
                    while (true)
                    {
                        int count = stream.Read(chunk, 0, chunk.Length);
                        if (count <= 0) return Ended;
                        if (!Put(transfer, chunk, count)) return Broken;
                    }
                }
            }
        }

        private bool Put(int transfer, byte[] chunk, int count)
        {
            while (true)
            {
                lock (_gate)
                {
                    if (transfer != _transfer) return false;
                    if (_held + count <= BufferBytes)
                    {
                        Array.Copy(chunk, 0, _buffer, _held, count);
                        _held += count;
                        return true;
                    }
                }

                Thread.Sleep(20);
            }
        }
    }
}
