using System.Net.Sockets;

namespace BftCloud.Links;

/// <summary>
/// Connections whose handshake failed. Each is kept for a while, so that the other end does not come again at once; and
/// while many are kept, the listener accepts no more. So what connections cost that lead to nothing is bounded, as a
/// rate, and the links that are up do not feel them. The other end is told at the beginning that it will hear no more.
/// </summary>
internal sealed class RefusedConnections(LinkOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.HalfOpenMax);

    /// <summary>Keeps a connection for its time, then closes it. Completes with that.</summary>
    public async Task KeepAsync(ReactorSocket socket, CancellationToken stop)
    {
        using (socket)
        {
            try
            {
                await _places.WaitAsync(stop).ConfigureAwait(false);
                SayNoMore(socket);
                await Task.Delay(options.RefusedTime, time, stop).ConfigureAwait(false);
                _places.Release();
            }
            catch (OperationCanceledException)
            {
                // The listener ends, and with it all places.
            }
        }
    }

    /// <summary>Completes when one more connection may be accepted.</summary>
    /// <exception cref="OperationCanceledException">The listener ends.</exception>
    public async ValueTask RoomAsync(CancellationToken stop)
    {
        if (_places.CurrentCount > 0) return;
        await _places.WaitAsync(stop).ConfigureAwait(false);
        _places.Release();
    }

    public void Dispose() => _places.Dispose();

    private static void SayNoMore(ReactorSocket socket)
    {
        try
        {
            socket.ShutdownSend();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already; it has its place all the same.
        }
    }
}
