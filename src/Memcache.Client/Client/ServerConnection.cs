using System.Buffers;
using System.Globalization;
using System.Text;
using Memcache.Client.Protocol;

namespace Memcache.Client;

/// <summary>
/// A connection to a server. Requests of any threads follow each other without waiting for replies, and replies come in
/// the same order. The first reply that is none of the protocol ends it.
/// </summary>
internal sealed class ServerConnection
{
    /// <summary>The most bytes that wait to be sent.</summary>
    private const int UnsentBytesMax = 64 << 20;

    private const int BufferBytes = 16 << 10;

    private readonly Stream _stream;
    private readonly MemcacheClientOptions _options;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly Queue<PendingCall> _waiting = new();
    private ArrayBufferWriter<byte> _unsent = new(BufferBytes), _leaving = new(BufferBytes);
    private MemcacheException? _end;
    private bool _isSending;
    private ulong _number;
    private long _heardAt;

    public ServerConnection(Stream stream, string name, MemcacheClientOptions options)
    {
        (_stream, _name, _options) = (stream, name, options);
        _heardAt = options.TimeProvider.GetTimestamp();
        Ended = ReceiveAsync();
    }

    /// <summary>Completes when it has ended.</summary>
    public Task Ended { get; }

    public bool IsOpen
    {
        get
        {
            lock (_gate) return _end is null;
        }
    }

    /// <summary>Sends a request.</summary>
    /// <exception cref="MemcacheException">It has ended, or too much waits.</exception>
    public Task<Reply> Send(Request request)
    {
        PendingCall call;
        lock (_gate)
        {
            if (_end is not null) throw new MemcacheException(_end.Code, _end.Message, _end);
            int bytes = request.Line.Length + (request.Value?.Length ?? 0);
            if (_waiting.Count >= _options.CallsMax || _unsent.WrittenCount > UnsentBytesMax - bytes)
                throw new MemcacheException(
                    MemcacheErrorCode.Busy,
                    $"{_waiting.Count} calls wait for the cache server {_name}. "
                    + "Send fewer at a time, or raise CallsMax.");
            call = new PendingCall(request.Shape, ++_number);
            _waiting.Enqueue(call);
            Write(request);
            if (_isSending) return call.Reply;
            _isSending = true;
        }
        _ = SendAsync();
        return call.Reply;
    }

    /// <summary>A call was not answered in time. A server that says nothing at all is left.</summary>
    public void NoteTimeout()
    {
        if (_options.TimeProvider.GetElapsedTime(Interlocked.Read(ref _heardAt)) >= _options.Timeout)
            End(new MemcacheException(
                MemcacheErrorCode.TimedOut,
                $"The cache server {_name} said nothing for {_options.Timeout}. Look whether it runs."));
    }

    /// <summary>Ends it, and all calls that wait.</summary>
    public void End(MemcacheException reason)
    {
        PendingCall[] left;
        lock (_gate)
        {
            if (_end is not null) return;
            _end = reason;
            left = [.. _waiting];
            _waiting.Clear();
        }
        _stream.Dispose();
        foreach (PendingCall call in left) call.Fail(reason);
    }

    private void Write(Request request)
    {
        _unsent.Write(request.Line);
        if (Reply.IsNumbered(request.Shape))
            _unsent.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" O{_number}")));
        _unsent.Write("\r\n"u8);
        if (request.Value is not { } value) return;
        _unsent.Write(value.Span);
        _unsent.Write("\r\n"u8);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_unsent.WrittenCount == 0 || _end is not null)
                    {
                        _isSending = false;
                        return;
                    }
                    (_unsent, _leaving) = (_leaving, _unsent);
                }
                await _stream.WriteAsync(_leaving.WrittenMemory).ConfigureAwait(false);
                // A burst's buffer is not kept.
                if (_leaving.Capacity > 64 * BufferBytes) _leaving = new(BufferBytes);
                else _leaving.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End(Lost(e));
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] input = new byte[BufferBytes];
        int count = 0;
        try
        {
            while (true)
            {
                int received = await _stream.ReadAsync(input.AsMemory(count)).ConfigureAwait(false);
                if (received == 0)
                {
                    End(Lost(null));
                    return;
                }
                Interlocked.Exchange(ref _heardAt, _options.TimeProvider.GetTimestamp());
                count += received;
                int taken = Take(input.AsSpan(0, count));
                if (taken < 0) return;
                input.AsSpan(taken, count - taken).CopyTo(input);
                count -= taken;
                // Room grows with what has come, never with what the server says will come.
                if (count == input.Length) Array.Resize(ref input, 2 * input.Length);
                else if (count == 0 && input.Length > 64 * BufferBytes) input = new byte[BufferBytes];
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End(Lost(e));
        }
    }

    /// <summary>Takes all whole replies. Below 0: the connection has ended.</summary>
    private int Take(ReadOnlySpan<byte> input)
    {
        int taken = 0;
        while (taken < input.Length)
        {
            ReadOnlySpan<byte> rest = input[taken..];
            ReplyProgress progress = ReplyParser.TryParse(
                rest, _options.ValueBytesMax, out ReplyHead head, out int consumed);
            if (progress == ReplyProgress.NeedsMore) return taken;
            if (progress == ReplyProgress.Malformed || !TryAnswer(head, rest.Slice(head.Start, head.Length)))
            {
                End(new MemcacheException(
                    MemcacheErrorCode.Malformed,
                    $"What {_name} answers is not memcached's protocol, or longer than allowed. "
                    + "Look what listens there; for longer values raise ValueBytesMax."));
                return -1;
            }
            taken += consumed;
        }
        return taken;
    }

    private bool TryAnswer(in ReplyHead head, ReadOnlySpan<byte> bytes)
    {
        PendingCall? call;
        lock (_gate)
        {
            if (!_waiting.TryPeek(out call)) return false;
        }
        if (!call.TryTake(head, bytes, out bool isLast)) return false;
        if (!isLast) return true;
        lock (_gate) _waiting.TryDequeue(out _);
        return head.Kind != ReplyKind.Error;
    }

    private MemcacheException Lost(Exception? cause) => new(
        MemcacheErrorCode.Unreachable, $"The cache server {_name} ended the connection. Look whether it runs.", cause);
}
