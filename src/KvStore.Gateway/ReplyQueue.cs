using System.Net.Sockets;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// Sends the replies of one connection, and keeps those that its client does not take yet. So a client may write all of
/// a long pipeline before it reads, and the gateway goes on serving it.
/// </summary>
internal sealed class ReplyQueue(Socket socket, ReplyMemory memory)
{
    private const int ChunkBytesMin = 16 << 10;
    private const int ChunkBytesMax = 256 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<ReplyChunk> _waiting = new();
    private ReplyChunk? _last;
    private Task _sending = Task.CompletedTask;
    private bool _isSending, _isGone;
    private long _held;

    /// <summary>Replies kept now, bytes.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>
    /// Sends what was written, and empties it. False if the client has left so much untaken that no more may be kept:
    /// the connection has to end.
    /// </summary>
    /// <exception cref="SocketException">The client is gone.</exception>
    public bool TrySend(RespWriter output)
    {
        if (output.Length == 0) return true;
        lock (_lock)
        {
            if (_isGone) throw new SocketException((int)SocketError.ConnectionReset);
            bool sent = _isSending ? TryKeep(output.Written) : TrySendNow(output);
            output.Reset();
            return sent;
        }
    }

    /// <summary>Completes when the client has taken everything, or is gone.</summary>
    public Task FlushAsync()
    {
        lock (_lock) return _sending;
    }

    private bool TrySendNow(RespWriter output)
    {
        ReadOnlyMemory<byte> left = output.WrittenMemory;
        while (!left.IsEmpty)
        {
            ValueTask<int> sending = socket.SendAsync(left, SocketFlags.None, CancellationToken.None);
            if (!sending.IsCompleted)
            {
                // What is on its way stays where it is; the writer goes on with another buffer.
                int size = output.Detach();
                bool fits = TryHold(size);
                _isSending = true;
                _sending = SendAsync(sending, left, fits ? size : 0);
                return fits;
            }
            left = left[sending.GetAwaiter().GetResult()..];
        }
        return true;
    }

    private bool TryKeep(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is null || _last.Free == 0)
            {
                int size = (int)Math.Clamp(_held, ChunkBytesMin, ChunkBytesMax);
                if (!TryHold(size)) return false;
                _waiting.Enqueue(_last = new ReplyChunk(size));
            }
            bytes = bytes[_last.Append(bytes)..];
        }
        return true;
    }

    private bool TryHold(long bytes)
    {
        if (!memory.TryTake(_held, bytes)) return false;
        _held += bytes;
        return true;
    }

    private async Task SendAsync(ValueTask<int> sending, ReadOnlyMemory<byte> left, long held)
    {
        try
        {
            while (true)
            {
                left = left[await sending.ConfigureAwait(false)..];
                if (left.IsEmpty && !TryTakeNext(ref held, out left)) return;
                sending = socket.SendAsync(left, SocketFlags.None, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection learns at its next reply, or when it reads, that its client is gone.
            lock (_lock)
            {
                _isGone = true;
                _waiting.Clear();
                _last = null;
                Release(_held);
            }
        }
    }

    private bool TryTakeNext(ref long held, out ReadOnlyMemory<byte> next)
    {
        lock (_lock)
        {
            Release(held);
            held = 0;
            _isSending = _waiting.TryDequeue(out ReplyChunk? chunk);
            next = chunk?.Written ?? default;
            if (!_isSending) return false;
            held = chunk!.Size;
            if (chunk == _last) _last = null;
            return true;
        }
    }

    private void Release(long bytes)
    {
        _held -= bytes;
        if (bytes > 0) memory.Return(bytes);
    }
}
