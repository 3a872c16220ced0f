using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace BftSmr.Runtime.Transport;

/// <summary>Connects to one replica, under the id that is ours on that port, and again whenever the link ends, until cancelled.</summary>
internal sealed class ReplicaDialer(
    ReplicaLink link, EndPoint address, LinkPort port, int ownId, LinkCredentials credentials, LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider time)
{
    private readonly EndPoint? _shortcut = options.LocalShortcut ? LocalShortcut.Of(address) : null;
    private bool _shortcutFailed;
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
                await Task.Delay(delay * (0.5 + 0.5 * Random.Shared.NextDouble()), time, cancellation).ConfigureAwait(false);
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
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        Socket? socket = null;
        try
        {
            socket = await TryTakeShortcutAsync(either.Token).ConfigureAwait(false);
            _shortcutFailed = socket is not null;
            if (socket is null)
            {
                socket = NewTcpSocket();
                await socket.ConnectAsync(address, either.Token).ConfigureAwait(false);
            }
            EstablishedLink established = await LinkHandshake.InitiateAsync(socket, credentials, port, ownId, link.Replica, either.Token).ConfigureAwait(false);
            _shortcutFailed = false;
            return established;
        }
        catch (LinkException e)
        {
            socket?.Dispose();
            Report(e.Fault, e.Message);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            Report(LinkFault.Closed, e.Message + '.');
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            if (!cancellation.IsCancellationRequested) Report(LinkFault.HandshakeTimeout, $"no answer within {options.HandshakeTimeout.TotalSeconds} seconds.");
        }
        return null;
    }

    /// <summary>A connection by the shortcut, if there is one and the last attempt did not fail on it.</summary>
    private async ValueTask<Socket?> TryTakeShortcutAsync(CancellationToken cancellation) =>
        _shortcut is null || _shortcutFailed ? null : await LocalShortcut.TryConnectAsync(_shortcut, cancellation).ConfigureAwait(false);

    private Socket NewTcpSocket() => address is IPEndPoint ip
        ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Counts every failure, and logs those that are news.</summary>
    private void Report(LinkFault fault, string reason)
    {
        counters.Add(fault);
        if (fault == _lastFault && reason == _lastReason) return;
        (_lastFault, _lastReason) = (fault, reason);
        TransportLog.CannotConnect(logger, link.Replica, address, fault, reason);
    }
}
