using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// A connection that never blocks. What is awaited here continues on the reactor's thread, at most one receive and one
/// send at a time; after
/// <see cref="Dispose"/>, which any thread may call, what is awaited fails, elsewhere.
/// </summary>
internal sealed class ReactorSocket : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Operation _receive;
    private readonly Operation _send;
    private Readiness _watched;
    private bool _isClosed;

    /// <summary>
    /// Takes over a socket that is connected, or being connected, and on which nothing was awaited yet.
    /// </summary>
    public ReactorSocket(Reactor reactor, Socket socket)
    {
        (Reactor, Socket) = (reactor, socket);
        socket.Blocking = false;
        _receive = new Operation(this, Readiness.Receive);
        _send = new Operation(this, Readiness.Send);
        Id = reactor.Register(this);
    }

    public Reactor Reactor { get; }

    /// <summary>What is ready on it is taken before what is ready on others, and always.</summary>
    public bool IsUrgent { get; set; }

    internal Socket Socket { get; }

    internal long Id { get; }

    /// <summary>Connects to an address.</summary>
    /// <exception cref="SocketException">No process answers there, or the attempt was cancelled.</exception>
    public static async ValueTask<ReactorSocket> ConnectAsync(
        Reactor reactor, Socket unconnected, EndPoint address, CancellationToken cancellation)
    {
        ReactorSocket socket = new(reactor, unconnected);
        try
        {
            using CancellationTokenRegistration _ = socket.DisposeWhen(cancellation);
            await socket.ConnectAsync(address).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets the socket take no more, about, than so many bytes that it has not sent (TCP_NOTSENT_LOWAT of Linux).
    /// Elsewhere, and for other than TCP, it takes what it takes.
    /// </summary>
    public void LimitUnsent(int bytes)
    {
        if (!OperatingSystem.IsLinux() || Socket.ProtocolType != ProtocolType.Tcp) return;
        const int ProtocolTcp = 6, NotSentLowWaterMark = 25;
        Socket.SetRawSocketOption(ProtocolTcp, NotSentLowWaterMark, MemoryMarshal.AsBytes(new Span<int>(ref bytes)));
    }

    /// <summary>Closes the socket when the token is cancelled.</summary>
    public CancellationTokenRegistration DisposeWhen(CancellationToken cancellation) =>
        cancellation.UnsafeRegister(static socket => ((ReactorSocket)socket!).Dispose(), this);

    /// <summary>Receives once there is something; zero bytes: the other end has closed.</summary>
    /// <exception cref="SocketException">The connection broke, or was closed here.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here before.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _receive.Start(buffer, default);

    /// <summary>
    /// Completes when there is something to receive, or the other end has closed: <see cref="Receive"/> says which. So
    /// a buffer is needed only then.
    /// </summary>
    /// <exception cref="SocketException">It was closed here.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here before.</exception>
    public ValueTask<int> ReceiveReadyAsync() => _receive.Start(default, default);

    /// <summary>Receives what is there; zero bytes: the other end has closed.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/>: there is nothing yet.</param>
    public int Receive(Span<byte> buffer, out SocketError error) =>
        Socket.Receive(buffer, SocketFlags.None, out error);

    /// <summary>Sends as much as there is room for.</summary>
    /// <param name="bytes">What.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/>: there is no room.</param>
    public int Send(ReadOnlySpan<byte> bytes, out SocketError error) =>
        Socket.Send(bytes, SocketFlags.None, out error);

    /// <summary>Sends as much as there is room for, at once if there is any.</summary>
    /// <exception cref="SocketException">The connection broke, or was closed here.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here before.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        int sent = Socket.Send(bytes.Span, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => new ValueTask<int>(sent),
            SocketError.WouldBlock => _send.Start(default, bytes),
            _ => ValueTask.FromException<int>(new SocketException((int)error)),
        };
    }

    /// <summary>
    /// Completes when there is room to send, in a later round of the reactor: what is ready on other sockets comes
    /// first.
    /// </summary>
    /// <exception cref="SocketException">The connection broke, or was closed here.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here before.</exception>
    public ValueTask<int> SendReadyAsync() => _send.Start(default, default);

    /// <summary>Says that nothing more will be sent.</summary>
    public void ShutdownSend() => Socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        bool failReceive, failSend;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            Watch(Readiness.None);
            (failReceive, failSend) = (_receive.Take(), _send.Take());
            Socket.Dispose();
        }
        Reactor.Forget(this);
        if (failReceive) _receive.Abort();
        if (failSend) _send.Abort();
    }

    /// <summary>On the reactor's thread.</summary>
    internal void OnReady(Readiness readiness)
    {
        if ((readiness & Readiness.Send) != 0) _send.OnReady();
        if ((readiness & Readiness.Receive) != 0) _receive.OnReady();
    }

    private async ValueTask ConnectAsync(EndPoint address)
    {
        try
        {
            Socket.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress
            && address is IPEndPoint)
        {
            await _send.Start(default, default).ConfigureAwait(false);
        }
    }

    private void Watch(Readiness readiness)
    {
        Reactor.Watch(this, _watched, readiness);
        _watched = readiness;
    }

    /// <summary>A receive or a send that waits for the socket to be ready for it.</summary>
    private sealed class Operation(ReactorSocket owner, Readiness kind) : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _promise;
        private Memory<byte> _into;
        private ReadOnlyMemory<byte> _from;
        private bool _isPending;

        public ValueTask<int> Start(Memory<byte> into, ReadOnlyMemory<byte> from)
        {
            lock (owner._gate)
            {
                ObjectDisposedException.ThrowIf(owner._isClosed, owner);
                Invariant.Holds(!_isPending, "a socket has one receive and one send under way at most");
                (_into, _from, _isPending) = (into, from, true);
                owner.Watch(owner._watched | kind);
                return new ValueTask<int>(this, _promise.Version);
            }
        }

        /// <summary>Whether there is one to be aborted. Under the gate.</summary>
        public bool Take()
        {
            bool was = _isPending;
            _isPending = false;
            return was;
        }

        public void Abort()
        {
            _promise.RunContinuationsAsynchronously = true;
            _promise.SetException(new SocketException((int)SocketError.OperationAborted));
        }

        public void OnReady()
        {
            int count;
            SocketError error;
            lock (owner._gate)
            {
                if (owner._isClosed) return;
                if (!_isPending)
                {
                    owner.Watch(owner._watched & ~kind);
                    return;
                }
                count = Do(out error);
                if (error == SocketError.WouldBlock) return;
                _isPending = false;
            }
            if (error == SocketError.Success) _promise.SetResult(count);
            else _promise.SetException(new SocketException((int)error));
        }

        public int GetResult(short token)
        {
            try
            {
                return _promise.GetResult(token);
            }
            finally
            {
                (_into, _from) = (default, default);
                _promise.Reset();
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => _promise.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _promise.OnCompleted(continuation, state, token, flags);

        private int Do(out SocketError error)
        {
            error = SocketError.Success;
            if (kind == Readiness.Receive)
                return _into.IsEmpty ? 0 : owner.Socket.Receive(_into.Span, SocketFlags.None, out error);
            if (!_from.IsEmpty) return owner.Socket.Send(_from.Span, SocketFlags.None, out error);
            // Not to send, but to wait for room: whether the connection was made, or still is.
            error = (SocketError)(int)owner.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            return 0;
        }
    }
}
