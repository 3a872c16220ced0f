using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BftCloud.Chaos;

/// <summary>
/// Stands between a replica and those that dial it: passes bytes on, holds them back, or breaks connections and refuses
/// new ones.
/// </summary>
internal sealed class LoopbackProxy : IAsyncDisposable
{
    /// <summary>Far more than the replicas and clients of a laboratory open.</summary>
    private const int ConnectionsMax = 256;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource _passage = Open();
    private volatile bool _isCut;

    private LoopbackProxy(IPEndPoint address, IPEndPoint target)
    {
        _target = target;
        _listener = new TcpListener(address);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static LoopbackProxy Start(IPEndPoint address, IPEndPoint target) => new(address, target);

    /// <summary>Breaks all connections, and lets none through until mended.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (Socket socket in _sockets.Keys) socket.Dispose();
    }

    /// <summary>Keeps connections, and lets nothing through them until mended.</summary>
    public void Stall() => _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend()
    {
        _isCut = false;
        _passage.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Mend();
        foreach (Socket socket in _sockets.Keys) socket.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        TaskCompletionSource open = new();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                Socket from = await _listener.AcceptSocketAsync(_stop.Token);
                serving.RemoveAll(static t => t.IsCompleted);
                if (_isCut || serving.Count == ConnectionsMax) from.Dispose();
                else serving.Add(ServeAsync(from));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket from)
    {
        using Socket to = new(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        (from.NoDelay, to.NoDelay) = (true, true);
        (_sockets[from], _sockets[to]) = (0, 0);
        try
        {
            await to.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(PumpAsync(from, to), PumpAsync(to, from));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The dialling end learns of it when its connection is closed.
        }
        finally
        {
            _sockets.TryRemove(from, out _);
            _sockets.TryRemove(to, out _);
            from.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and int count)
            {
                await _passage.Task.WaitAsync(_stop.Token);
                for (int sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }
}
