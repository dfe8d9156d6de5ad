using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using JkFleet.Agent.Update;

namespace JkFleet.Agent.Host.Updates;

/// <summary>Fetches an artifact over HTTP from any byte on; a short pipe lies between the socket and the agent, so nobody waits and memory stays bounded.</summary>
internal sealed class HttpFirmwareSource(HttpClient http) : IFirmwareSource, IDisposable
{
    private const int NothingYet = 0, Broken = -1, Refused = -2, Ended = -3;
    private static readonly PipeOptions Short = new(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024);
    private Transfer? _transfer;

    /// <summary>One client for all agents of a process.</summary>
    public static HttpClient Shared { get; } = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), MaxConnectionsPerServer = 64 })
    {
        Timeout = Timeout.InfiniteTimeSpan, // a slow line is watched by the plan, byte by byte
    };

    /// <inheritdoc/>
    public void Open(string url, int offset)
    {
        Close();
        _transfer = new Transfer(http, url, offset);
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer) => _transfer?.Take(buffer) ?? Broken;

    /// <inheritdoc/>
    public void Close()
    {
        _transfer?.Cancel();
        _transfer = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private sealed class Transfer
    {
        private readonly Pipe _pipe = new(Short);
        // Never disposed: it may be cancelled after the transfer ended by itself, and holds nothing but memory.
        private readonly CancellationTokenSource _stop = new();
        private volatile int _end = NothingYet;

        public Transfer(HttpClient http, string url, int offset) => _ = FetchAsync(http, url, offset);

        public int Take(byte[] buffer)
        {
            if (!_pipe.Reader.TryRead(out var result)) return NothingYet;
            var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
            if (count == 0)
            {
                _pipe.Reader.AdvanceTo(result.Buffer.Start);
                return result.IsCompleted ? _end : NothingYet;
            }

            var taken = result.Buffer.Slice(0, count);
            var at = 0;
            foreach (var part in taken)
            {
                part.Span.CopyTo(buffer.AsSpan(at));
                at += part.Length;
            }

            _pipe.Reader.AdvanceTo(taken.End);
            return count;
        }

        public void Cancel()
        {
            _stop.Cancel();
            _pipe.Reader.CancelPendingRead();
        }

        private async Task FetchAsync(HttpClient http, string url, int offset)
        {
            _end = Broken;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                if (offset > 0) request.Headers.Range = new RangeHeaderValue(offset, null);
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
                if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) _end = Ended;
                else if ((int)answer.StatusCode is >= 400 and < 500 and not (408 or 429)) _end = Refused;
                else if (answer.IsSuccessStatusCode && (offset == 0 || answer.StatusCode == HttpStatusCode.PartialContent))
                {
                    await using var body = await answer.Content.ReadAsStreamAsync(_stop.Token);
                    await body.CopyToAsync(_pipe.Writer, _stop.Token);
                    _end = Ended;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException or UriFormatException or NotSupportedException)
            {
                // A broken transfer is the plan's business: it pauses and opens again where it stopped.
                _end = Broken;
            }
            finally
            {
                await _pipe.Writer.CompleteAsync();
            }
        }
    }
}
