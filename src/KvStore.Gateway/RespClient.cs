using System.Net.Sockets;

namespace KvStore.Gateway;

/// <summary>
/// A connection as others see it in CLIENT LIST, and what CLIENT KILL does to it. Its own connection sets what changes;
/// any other may read: each value is what it was at some moment.
/// </summary>
internal sealed class RespClient
{
    private readonly Socket _socket;
    private readonly ReplyQueue _replies;
    private readonly TimeProvider _clock;
    private readonly long _since;
    private volatile byte[] _name = [];
    private volatile string? _command;
    private volatile int _version = 2, _queued = -1;
    private volatile bool _isKilled;
    private long _activeAt;

    public RespClient(long id, Socket socket, ReplyQueue replies, TimeProvider clock)
    {
        (Id, _socket, _replies, _clock) = (id, socket, replies, clock);
        Descriptor = socket.Handle;
        Address = $"{socket.RemoteEndPoint}";
        LocalAddress = $"{socket.LocalEndPoint}";
        _since = _activeAt = clock.GetTimestamp();
    }

    /// <summary>The connection's number.</summary>
    public long Id { get; }

    public string Address { get; }

    public string LocalAddress { get; }

    /// <summary>The number of its file.</summary>
    public nint Descriptor { get; }

    public TimeSpan Age => _clock.GetElapsedTime(_since);

    /// <summary>How long it has sent nothing.</summary>
    public TimeSpan Idle => _clock.GetElapsedTime(Interlocked.Read(ref _activeAt));

    /// <summary>Replies that it has not taken yet, bytes.</summary>
    public long ReplyBytes => _replies.Held;

    /// <summary>As CLIENT SETNAME has it.</summary>
    public byte[] Name { get => _name; set => _name = value; }

    /// <summary>The version of the protocol, 2 or 3.</summary>
    public int Version { get => _version; set => _version = value; }

    /// <summary>The name of its last command; null if that was none.</summary>
    public string? Command { get => _command; set => _command = value; }

    /// <summary>Commands queued by MULTI; -1 outside of a transaction.</summary>
    public int Queued { get => _queued; set => _queued = value; }

    /// <summary>Another connection has ended it: it executes nothing more.</summary>
    public bool IsKilled => _isKilled;

    /// <summary>It has sent something.</summary>
    public void Touch() => Interlocked.Exchange(ref _activeAt, _clock.GetTimestamp());

    /// <summary>Ends the connection, whatever it does.</summary>
    public void Kill()
    {
        _isKilled = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
