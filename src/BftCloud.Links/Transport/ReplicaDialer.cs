using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// Connects to one replica, under the id that is ours on that port, and again whenever the link ends, until cancelled.
/// That a link for bulk cannot be had is news only while the other one is up.
/// </summary>
internal sealed class ReplicaDialer(
    ReplicaLink link, EndPoint address, LinkPort port, int ownId, LinkCredentials credentials, LinkOptions options,
    LinkCounters counters, ILogger logger, TimeProvider time, Reactor reactor,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, Func<bool>? isOtherUp = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly EndPoint? _shortcut = options.LocalShortcut ? LocalShortcut.Of(address) : null;
    private bool _shortcutFailed;
    private IPEndPoint? _tried, _failed;
    private LinkFault? _lastFault;
    private string? _lastReason;

    public async Task RunAsync(CancellationToken cancellation)
    {
        TimeSpan delay = options.ReconnectDelayMin;
        while (!cancellation.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            if (await TryConnectAsync(cancellation).ConfigureAwait(false) is { } established)
            {
                _lastFault = null;
                await link.RunAsync(established).ConfigureAwait(false);
                // A link that lasted makes the next attempt prompt; one that the other end drops at once does not.
                if (time.GetElapsedTime(started) > options.ReconnectDelayMax) delay = options.ReconnectDelayMin;
            }
            try
            {
                await Task.Delay(
                    delay * (0.5 + 0.5 * Random.Shared.NextDouble()), time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            delay = TimeSpan.FromTicks(Math.Min(2 * delay.Ticks, options.ReconnectDelayMax.Ticks));
        }
    }

    private async Task<EstablishedLink?> TryConnectAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(options.HandshakeTimeout, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        ReactorSocket? socket = null;
        try
        {
            socket = await TryTakeShortcutAsync(either.Token).ConfigureAwait(false);
            _shortcutFailed = socket is not null;
            if (socket is null)
            {
                socket = await ConnectByTcpAsync(either.Token).ConfigureAwait(false);
            }
            using CancellationTokenRegistration _ = socket.DisposeWhen(either.Token);
            EstablishedLink established = await LinkHandshake.InitiateAsync(
                socket, credentials, port, ownId, link.Replica, link.Purpose).ConfigureAwait(false);
            _shortcutFailed = false;
            return established;
        }
        catch (LinkException e)
        {
            socket?.Dispose();
            Report(e.Fault, e.Message);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            socket?.Dispose();
            if (cancellation.IsCancellationRequested) return null;
            if (deadline.IsCancellationRequested)
                Report(
                    LinkFault.HandshakeTimeout, $"no answer within {options.HandshakeTimeout.TotalSeconds} seconds.");
            else Report(LinkFault.Closed, e.Message + '.');
        }
        _failed = _tried;
        return null;
    }

    /// <summary>A connection by the shortcut, if there is one and the last attempt did not fail on it.</summary>
    private async ValueTask<ReactorSocket?> TryTakeShortcutAsync(CancellationToken cancellation) =>
        _shortcut is null
            || _shortcutFailed
                ? null
                : await LocalShortcut.TryConnectAsync(reactor, _shortcut, cancellation).ConfigureAwait(false);

    /// <summary>
    /// To the address, or to the first address of the name that answers. The search begins behind the address at which
    /// an attempt failed last. That address may take the whole time of an attempt and never answer, and must not keep
    /// the others from their turn.
    /// </summary>
    private async Task<ReactorSocket> ConnectByTcpAsync(CancellationToken cancellation)
    {
        IPEndPoint[] candidates = address is IPEndPoint ip
            ? [ip]
            : [.. (await _resolve(((DnsEndPoint)address).Host, cancellation).ConfigureAwait(false))
                .Select(found => new IPEndPoint(found, ((DnsEndPoint)address).Port))];
        int first = Array.IndexOf(candidates, _failed) + 1;
        for (int i = 0; ; i++)
        {
            _tried = candidates[(first + i) % candidates.Length];
            try
            {
                Socket socket = new(_tried.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                return await ReactorSocket.ConnectAsync(reactor, socket, _tried, cancellation).ConfigureAwait(false);
            }
            catch (SocketException) when (i + 1 < candidates.Length && !cancellation.IsCancellationRequested)
            {
            }
        }
    }

    /// <summary>Counts every failure, and logs those that are news.</summary>
    private void Report(LinkFault fault, string reason)
    {
        counters.Add(fault);
        if (fault == _lastFault && reason == _lastReason) return;
        bool isBulk = link.Purpose == LinkPurpose.Bulk;
        if (isBulk && isOtherUp?.Invoke() == false) return;
        (_lastFault, _lastReason) = (fault, reason);
        if (isBulk) TransportLog.NoBulk(logger, link.Replica, address, fault, reason);
        else TransportLog.CannotConnect(logger, link.Replica, address, fault, reason);
    }
}
