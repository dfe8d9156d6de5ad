using System.Net;
using System.Net.Sockets;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Portal;

/// <summary>
/// A small HTTP listener for the local portal. Connections are read side by side, within bounds, but the pages answer one request
/// at a time, as on the board; nothing here ever touches the control loop.
/// </summary>
internal sealed class PortalServer : IDisposable
{
    // A browser opens a few connections ahead; more than these wait in the system's queue.
    private const int MostConnections = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener;
    private readonly LocalPortal _portal;
    private readonly IClock _clock;
    private readonly Journal _journal;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(MostConnections);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Task _accepting;

    /// <summary>Listens at once.</summary>
    /// <param name="at">Address and port; port 0 = any free one.</param>
    /// <param name="portal">Makes the portal once the address is known.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="journal">Says where it listens.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public PortalServer(IPEndPoint at, Func<Uri, LocalPortal> portal, IClock clock, Journal journal)
    {
        _listener = new TcpListener(at);
        _listener.Start(MostConnections);
        var bound = (IPEndPoint)_listener.LocalEndpoint;
        Address = new Uri($"http://{(bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Address)}:{bound.Port}/");
        _portal = portal(Address);
        _clock = clock;
        _journal = journal;
        journal.Say("portal", $"open {Address} in a browser");
        if (!IPAddress.IsLoopback(bound.Address)) journal.Say("portal", "everybody on this network can reach it, and the connection is not encrypted");
        _accepting = Accept();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _accepting.Wait(TimeSpan.FromSeconds(2));
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stop.Token);
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Serve(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (_stop.IsCancellationRequested) return;
                _places.Release();
                _journal.Say("portal", $"a connection failed: {e.Message}");
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(Patience);
            using (client)
            {
                var stream = client.GetStream();
                var buffer = new byte[PortalRequest.MaxHead + PortalRequest.MaxBody + 4];
                var request = new PortalRequest();
                var (count, state) = (0, 0);
                while (state == 0)
                {
                    var more = count < buffer.Length ? await stream.ReadAsync(buffer.AsMemory(count), patience.Token) : 0;
                    if (more == 0) return;
                    count += more;
                    state = request.Read(buffer, count);
                }

                await stream.WriteAsync(await Answer(request, state, client.Client.LocalEndPoint, patience.Token), patience.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                // What a refused sender still sends is read, or the reset would take the answer away from it.
                var rest = state < 0 ? 64 : 0;
                while (rest-- > 0 && await stream.ReadAsync(buffer, patience.Token) > 0) { }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The browser went away, or was too slow: nothing is lost but its page.
        }
        catch (Exception e)
        {
            // A fault of ours must be seen, and must not take the battery's agent with it.
            _journal.Say("portal", $"a page failed: {e}");
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<byte[]> Answer(PortalRequest request, int state, EndPoint? asked, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            // Who came by a name that is not ours is sent to the address that was reached, which another machine can reach again.
            if (asked is not null) _portal.Address = $"http://{asked}/";
            if (state < 0) _portal.Refuse(-state);
            else _portal.Handle(request, _clock.NowMs);
            return [.. _portal.Head.Buffer.AsSpan(0, _portal.Head.Count), .. _portal.Body.Buffer.AsSpan(0, _portal.Body.Count)];
        }
        finally
        {
            _turn.Release();
        }
    }
}
