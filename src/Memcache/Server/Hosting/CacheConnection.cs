using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using BftCloud.Links;
using BftCloud.Primitives;
using Memcache.Server.Protocol;

namespace Memcache.Server.Hosting;

/// <summary>
/// Serves one client on its loop's thread. A round receives once, takes all the steps that the input allows, and sends
/// once. A connection that waits for input holds no buffer, unless half a command is in it.
/// </summary>
internal sealed class CacheConnection : IDisposable
{
    private readonly ReactorSocket _socket;
    private readonly EventLoop _loop;
    private readonly SharedStore _store;
    private readonly Session _session;
    private readonly int _commandsPerTurn;
    private byte[]? _held, _unsent;
    private int _heldCount, _unsentCount;
    private long _activeAt;

    public CacheConnection(Socket socket, EventLoop loop, SharedStore store, Session session, int commandsPerTurn)
    {
        RemoteEndPoint = socket.RemoteEndPoint;
        _socket = new ReactorSocket(loop.Reactor, socket);
        (_loop, _store, _session, _commandsPerTurn) = (loop, store, session, commandsPerTurn);
        _activeAt = store.Now;
    }

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>When it said something last, seconds since 1970.</summary>
    public long ActiveAt => Interlocked.Read(ref _activeAt);

    /// <summary>Closes it soon, between two turns. Any thread.</summary>
    public void CloseInTurn() => _loop.Reactor.Schedule(new LastTurn(this));

    /// <summary>Closes it; what it awaits fails. Any thread.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>Serves until the client leaves.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>The same behind TLS.</summary>
    /// <param name="certificate">The server's.</param>
    /// <param name="handshakeTimeout">How long the client may take to begin.</param>
    public async Task RunAsync(X509Certificate2 certificate, TimeSpan handshakeTimeout)
    {
        try
        {
            await using SslStream tls = new(new ReactorStream(_socket), leaveInnerStreamOpen: true);
            using (CancellationTokenSource late = new(handshakeTimeout))
            {
                using CancellationTokenRegistration _ = _socket.DisposeWhen(late.Token);
                await tls.AuthenticateAsServerAsync(certificate).ConfigureAwait(false);
            }
            await ServeAsync(tls).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    private async Task ServeAsync()
    {
        Invariant.Holds(_loop.Reactor.IsCurrent, "a connection begins on its loop's thread");
        Progress progress = Progress.NeedsInput;
        while (true)
        {
            if (progress == Progress.NeedsInput)
            {
                await _socket.ReceiveReadyAsync().ConfigureAwait(false);
                if (!TryReceive(out int count)) return;
                progress = Work(count);
            }
            else
            {
                progress = Work(LoadHeld());
            }
            while (_unsentCount > 0)
            {
                await _socket.SendReadyAsync().ConfigureAwait(false);
                SendHeld();
            }
            if (progress == Progress.Closes) return;
            if (progress == Progress.Yields) await _socket.SendReadyAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Receives behind what is held, into the loop's buffer. False: the client has left.</summary>
    private bool TryReceive(out int count)
    {
        count = LoadHeld();
        int received = _socket.Receive(_loop.Input.AsSpan(count), out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            Hold(_loop.Input.AsSpan(0, count));
            count = 0;
            return true;
        }
        if (received <= 0) return false;
        _loop.CountRead(received);
        Interlocked.Exchange(ref _activeAt, _store.Now);
        count += received;
        return true;
    }

    /// <summary>
    /// Takes steps on the loop's buffers until something has to be waited for, and sends what was answered.
    /// </summary>
    private Progress Work(int count)
    {
        Invariant.Holds(_loop.Reactor.IsCurrent, "the loop's buffers are used on its thread alone");
        int taken = 0;
        ReplyBuffer output = _loop.Output;
        output.Clear();
        while (true)
        {
            ReadOnlySpan<byte> input = _loop.Input.AsSpan(taken, count - taken);
            Progress progress = _store.Step(_session, input, output, _commandsPerTurn, out int consumed);
            taken += consumed;
            bool isSent = output.Length == 0 || TrySend(output.Written.Span);
            output.Clear();
            if (isSent && progress == Progress.OutputFull) continue;
            Hold(_loop.Input.AsSpan(taken, count - taken));
            return progress;
        }
    }

    private int LoadHeld()
    {
        int count = _heldCount;
        if (_held is not null)
        {
            _held.AsSpan(0, count).CopyTo(_loop.Input);
            ArrayPool<byte>.Shared.Return(_held);
        }
        (_held, _heldCount) = (null, 0);
        return count;
    }

    private void Hold(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        _held = ArrayPool<byte>.Shared.Rent(input.Length);
        input.CopyTo(_held);
        _heldCount = input.Length;
    }

    /// <summary>Sends; what the client does not take is held. False: some is.</summary>
    private bool TrySend(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = _socket.Send(bytes, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                _unsent = ArrayPool<byte>.Shared.Rent(bytes.Length);
                bytes.CopyTo(_unsent);
                _unsentCount = bytes.Length;
                return false;
            }
            if (error != SocketError.Success) throw new SocketException((int)error);
            _loop.CountWritten(sent);
            bytes = bytes[sent..];
        }
        return true;
    }

    private void SendHeld()
    {
        byte[] unsent = _unsent!;
        int count = _unsentCount;
        (_unsent, _unsentCount) = (null, 0);
        TrySend(unsent.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(unsent);
    }

    /// <summary>Encryption has buffers of its own; so input and replies are this connection's.</summary>
    private async Task ServeAsync(SslStream tls)
    {
        byte[] input = new byte[EventLoop.InputBytes];
        ReplyBuffer output = new(EventLoop.OutputBytes);
        int count = 0;
        Progress progress = Progress.NeedsInput;
        while (true)
        {
            if (progress == Progress.NeedsInput)
            {
                int received = await tls.ReadAsync(input.AsMemory(count)).ConfigureAwait(false);
                if (received == 0) return;
                _loop.CountRead(received);
                Interlocked.Exchange(ref _activeAt, _store.Now);
                count += received;
            }
            progress = _store.Step(_session, input.AsSpan(0, count), output, _commandsPerTurn, out int consumed);
            input.AsSpan(consumed, count - consumed).CopyTo(input);
            count -= consumed;
            if (output.Length > 0)
            {
                await tls.WriteAsync(output.Written).ConfigureAwait(false);
                _loop.CountWritten(output.Length);
                output.Clear();
            }
            if (progress == Progress.Closes) return;
            if (progress == Progress.Yields) await _socket.SendReadyAsync().ConfigureAwait(false);
        }
    }

    private void End()
    {
        _store.End(_session);
        _socket.Dispose();
        if (_held is not null) ArrayPool<byte>.Shared.Return(_held);
        if (_unsent is not null) ArrayPool<byte>.Shared.Return(_unsent);
        (_held, _unsent) = (null, null);
    }
}
