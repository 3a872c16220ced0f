using System.Net;
using System.Net.Sockets;

namespace BftCloud.Links;

/// <summary>
/// The framework's select, for every operating system: its cost grows with the number of sockets, so it serves where
/// there is nothing better.
/// </summary>
internal sealed class SelectPoller : IPoller
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Socket, (long Id, Readiness Readiness)> _watched = [];
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _drain = new byte[1];
    private bool _isClosed;

    public SelectPoller()
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
        _wake.Blocking = false;
    }

    public void Watch(Socket socket, long id, Readiness before, Readiness now)
    {
        lock (_gate)
        {
            if (now == Readiness.None) _watched.Remove(socket);
            else _watched[socket] = (id, now);
        }
        if (now != Readiness.None) Wake();
    }

    public int Wait(Span<ReadySocket> ready, long timeoutMicros)
    {
        List<Socket> receive = [_wake], send = [];
        lock (_gate)
        {
            foreach ((Socket socket, (long _, Readiness readiness)) in _watched)
            {
                if (readiness.HasFlag(Readiness.Receive)) receive.Add(socket);
                if (readiness.HasFlag(Readiness.Send)) send.Add(socket);
            }
        }
        try
        {
            Socket.Select(
                receive, send, null,
                timeoutMicros < 0 ? TimeSpan.FromMilliseconds(-1) : TimeSpan.FromMicroseconds(timeoutMicros));
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return 0; // one was closed meanwhile, and is not watched any more
        }
        if (receive.Remove(_wake)) _wake.Receive(_drain, SocketFlags.None, out _);
        Dictionary<Socket, Readiness> found = receive.ToDictionary(
            static socket => socket, static _ => Readiness.Receive);
        foreach (Socket socket in send) found[socket] = found.GetValueOrDefault(socket) | Readiness.Send;
        int count = 0;
        lock (_gate)
        {
            foreach ((Socket socket, Readiness readiness) in found)
            {
                if (count < ready.Length && _watched.TryGetValue(socket, out (long Id, Readiness) watched))
                    ready[count++] = new ReadySocket(watched.Id, readiness);
            }
        }
        return count;
    }

    public void Wake()
    {
        lock (_gate)
        {
            if (!_isClosed) _wake.Send([0], SocketFlags.None, out _);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _wake.Dispose();
        }
    }
}
