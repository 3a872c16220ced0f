using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// An established link: frames in both directions over one connection, sealed in records.
/// <para>
/// States: running, deaf at the other end (a send failed: what had arrived before is still received, as it may be the
/// last words of a node that has ended), closed. Receiving is one loop, <see cref="RunAsync"/>, whose end is the end of
/// the link. Sending is a queue and a pump. Any thread appends to the queue and flushes it. A thread that flushes runs
/// the pump if no other thread does, so records leave in the order in which they were sealed. While a socket send is
/// under way, flushes only move the mark, and all they marked goes out together.
/// </para>
/// <para>Record: length (2 bytes, big-endian) | ciphertext | tag. An empty record is a heartbeat.</para>
/// </summary>
internal sealed class SecureLink : IDisposable
{
    public const int LengthBytes = 2;

    /// <summary>The largest record with its length and tag: a power of two, for the sake of buffer pools.</summary>
    public const int RecordBytesMax = 64 << 10;

    /// <summary>Sends in one go; then other sockets have their turn.</summary>
    private const int SendsPerTurnMax = 4;

    private readonly Lock _gate = new();
    private readonly ReactorSocket _socket;
    private readonly NoiseCipher _sendCipher;
    private readonly RecordWriter _writer;
    private readonly SendPace? _pace;
    private readonly LinkOptions _options;
    private readonly LinkCounters _counters;
    private readonly RemoteBudget _budget;
    private readonly RecordReader _records;
    private readonly FrameAssembler _frames;
    private readonly OutboundQueue _queue = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the gate.
    private LinkFault? _fault;
    private bool _cannotSend;
    private bool _pumping;
    private bool _heartbeatDue;
    private long _framesWaiting;

    // For the heartbeat: set by traffic, cleared by Tick.
    private volatile bool _sent = true;
    private volatile bool _heard = true;
    private volatile bool _paused;
    private int _silentTicks;
    private long _lastRounds;

    /// <summary>A link that sends no faster than <paramref name="pace"/> allows, if there is one.</summary>
    public SecureLink(
        EstablishedLink established, LinkOptions options, LinkCounters counters, RemoteBudget budget,
        SendPace? pace = null)
    {
        _socket = established.Socket;
        _sendCipher = established.SendCipher;
        _writer = new RecordWriter(_sendCipher);
        _pace = pace;
        _options = options;
        _counters = counters;
        _budget = budget;
        _records = new RecordReader(established.ReceiveCipher);
        _frames = new FrameAssembler(options.FrameBytesMax, budget);
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_gate) return _queue.Length;
        }
    }

    /// <summary>Something that may leave waits for the socket.</summary>
    public bool IsBehind
    {
        get
        {
            lock (_gate) return _pumping;
        }
    }

    /// <summary>It has not ended.</summary>
    public bool IsUp => !_closed.Task.IsCompleted;

    /// <summary>
    /// Queues a completed frame that leaves with the next flush; its queue may hold a reference until then. False if
    /// the link is closed or its queue is full.
    /// </summary>
    /// <exception cref="ArgumentException">The frame is larger than the other end would accept.</exception>
    public bool Send(FrameBuffer frame)
    {
        Check(frame.Length - FrameAssembler.LengthBytes);
        for (bool isAgain = false; ; isAgain = true)
        {
            lock (_gate)
            {
                if (TryReserve(frame.Length, out bool lacksBudget))
                {
                    _queue.Append(frame);
                    return true;
                }
                if (isAgain || !lacksBudget) return false;
            }
            if (!_budget.TryMakeRoom(frame.Length)) return false;
        }
    }

    /// <summary>
    /// Queues a copy of a frame's payload, as if it had been encoded into a <see cref="FrameBuffer"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The frame is larger than the other end would accept.</exception>
    public bool Send(ReadOnlySpan<byte> payload)
    {
        Check(payload.Length);
        Span<byte> length = stackalloc byte[FrameAssembler.LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, payload.Length);
        lock (_gate)
        {
            if (!TryReserve(length.Length + payload.Length, out _)) return false;
            _queue.Append(length);
            _queue.Append(payload);
            return true;
        }
    }

    /// <summary>Lets everything queued leave. Never waits for the socket.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _queue.Flush();
            if (!TryStartPump()) return;
        }
        TaskScope.StopOnFailure(PumpAsync());
    }

    /// <summary>Ends the link; the first fault counts.</summary>
    public void Close(LinkFault fault)
    {
        lock (_gate)
        {
            if (_fault is not null) return;
            _fault = fault;
            _budget.Release(_queue.Length);
            _queue.Clear();
            if (!_pumping) _sendCipher.Dispose();
        }
        _closed.TrySetResult();
        _socket.Dispose();
    }

    /// <summary>Ends a link that is not running, and gives back what it held.</summary>
    public void Dispose()
    {
        Close(LinkFault.Local);
        _frames.Abandon();
        _records.Dispose();
    }

    /// <summary>
    /// Called regularly: sends a heartbeat if nothing was sent since the last tick; closes a link that was silent for
    /// too many ticks.
    /// </summary>
    public void Tick(int silentTicksMax)
    {
        if (_heard || _paused || IsDeaf()) _silentTicks = 0;
        else if (++_silentTicks >= silentTicksMax) Close(LinkFault.Silent);
        _heard = false;
        bool idle = !_sent;
        _sent = false;
        if (!idle) return;
        lock (_gate)
        {
            _heartbeatDue = true;
            if (!TryStartPump()) return;
        }
        TaskScope.StopOnFailure(PumpAsync());
    }

    /// <summary>Receives until the link ends, and says why it did.</summary>
    public async Task<LinkFault> RunAsync(ILinkReceiver receiver)
    {
        try
        {
            Close(await ReceiveAsync(receiver).ConfigureAwait(false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close(LinkFault.Closed);
        }
        finally
        {
            Dispose();
        }
        return _fault!.Value;
    }

    private async Task<LinkFault> ReceiveAsync(ILinkReceiver receiver)
    {
        while (true)
        {
            int count = await _socket.ReceiveAsync(_records.Room()).ConfigureAwait(false);
            if (count == 0) return LinkFault.Closed;
            _heard = true;
            _records.Advance(count);
            int frames = 0;
            while (_records.TryRead(out ReadOnlyMemory<byte> plaintext))
            {
                while (!_closed.Task.IsCompleted && _frames.TryRead(ref plaintext, out ReadOnlyMemory<byte> frame))
                {
                    frames++;
                    ValueTask taken = receiver.OnFrame(frame);
                    if (!taken.IsCompletedSuccessfully) await PauseAsync(taken).ConfigureAwait(false);
                }
                if (_frames.Fault is not null || _closed.Task.IsCompleted) break;
            }
            if (frames > 0) receiver.OnFramesEnd();
            _counters.AddReceived(frames, count);
            if (_records.IsCorrupt) return LinkFault.CorruptRecord;
            if (_frames.Fault is { } fault) return fault;
        }
    }

    /// <summary>
    /// Reads nothing while the receiver has no room. The other end does not count as silent meanwhile.
    /// </summary>
    private async ValueTask PauseAsync(ValueTask taken)
    {
        _paused = true;
        Task task = taken.AsTask();
        if (await Task.WhenAny(task, _closed.Task).ConfigureAwait(false) == task) await task.ConfigureAwait(false);
        _heard = true;
        _paused = false;
    }

    /// <summary>
    /// The reactor has been busy since the last tick, so the other end may have sent what was not read yet.
    /// </summary>
    private bool IsDeaf()
    {
        long rounds = _socket.Reactor.Rounds;
        bool isDeaf = rounds == _lastRounds && !_socket.Reactor.IsWaiting;
        _lastRounds = rounds;
        return isDeaf;
    }

    private void Check(int payloadBytes)
    {
        if (payloadBytes > _options.FrameBytesMax)
        {
            throw new ArgumentException(
                $"A frame has at most {_options.FrameBytesMax} bytes, not {payloadBytes}.", nameof(payloadBytes));
        }
    }

    /// <summary>
    /// Counts one more frame of the queue, unless there is no room for it. Referenced bytes count like copied ones.
    /// </summary>
    private bool TryReserve(int bytes, out bool lacksBudget)
    {
        lacksBudget = false;
        if (_fault is not null || _cannotSend || _queue.Length + bytes > _options.QueueBytesMax) return false;
        lacksBudget = !_budget.TryReserve(bytes);
        if (lacksBudget) return false;
        _framesWaiting++;
        return true;
    }

    private bool TryStartPump()
    {
        if (_pumping || _fault is not null || _cannotSend || (_queue.Flushed == 0 && !_heartbeatDue)) return false;
        return _pumping = true;
    }

    /// <summary>
    /// Seals and sends until nothing is left that may leave. Returns at once as long as the socket takes everything at
    /// once.
    /// </summary>
    private async Task PumpAsync()
    {
        byte[] buffer = [];
        int queuedBytes = 0;
        try
        {
            for (int sends = 1; TrySeal(ref buffer, out int length, out queuedBytes, out long frames); sends++)
            {
                for (int sent = 0; sent < length;)
                {
                    sent += await _socket.SendAsync(buffer.AsMemory(sent, length - sent)).ConfigureAwait(false);
                }
                _budget.Release(queuedBytes);
                _sent = true;
                _counters.AddSent(frames, length);
                queuedBytes = 0;
                if (_pace is not null) await RestAsync(_pace.PayAsync(length)).ConfigureAwait(false);
                else if (sends % SendsPerTurnMax == 0) await _socket.SendReadyAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _budget.Release(queuedBytes);
            StopSending();
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// A link with a pace lets other sockets have their turn after each send, and pays for it.
    /// </summary>
    private async ValueTask RestAsync(Task paid)
    {
        if (paid.IsCompleted) await _socket.SendReadyAsync().ConfigureAwait(false);
        else await Task.WhenAny(paid, _closed.Task).ConfigureAwait(false);
    }

    /// <summary>
    /// Seals the next records into the buffer; false, and the pump is over, when there is nothing to send.
    /// </summary>
    private bool TrySeal(ref byte[] buffer, out int length, out int queuedBytes, out long frames)
    {
        lock (_gate)
        {
            length = queuedBytes = 0;
            frames = _framesWaiting;
            if (_fault is not null || (_queue.Flushed == 0 && !_heartbeatDue))
            {
                StopPump();
                return false;
            }
            length = _writer.Take(_queue, ref buffer, out queuedBytes);
            _heartbeatDue = false;
            _framesWaiting = 0;
        }
        _writer.Seal(buffer.AsSpan(0, length));
        return true;
    }

    /// <summary>The other end takes no more: receiving finds the end of the link behind what has arrived.</summary>
    private void StopSending()
    {
        lock (_gate)
        {
            _cannotSend = true;
            _budget.Release(_queue.Length);
            _queue.Clear();
            StopPump();
        }
    }

    private void StopPump()
    {
        _pumping = false;
        if (_fault is not null) _sendCipher.Dispose();
    }
}
