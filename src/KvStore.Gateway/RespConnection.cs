using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// Serves one client: reads as many commands as are there, executes them together, answers them in order, and only then
/// looks for more. So each command sees what those before it did, commands sent together share an operation, and what a
/// connection holds of commands is bounded; the rest waits in its socket. Replies that the client does not take wait in
/// a <see cref="ReplyQueue"/>, while the connection goes on.
/// </summary>
internal sealed class RespConnection
{
    private const int ReadBytes = 16 << 10;
    private const int IgnoredBytesMax = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly RespGateway _gateway;
    private readonly RespSession _session;
    private readonly ReplyQueue _replies;
    private readonly EndPoint? _client;
    private readonly RespParser _parser = new();
    private readonly RespSkipper _skipper = new();
    private readonly RespSubmission _submission = new();
    private PipeReader _input = null!;
    private CancellationToken _stopping;

    public RespConnection(Socket socket, RespGateway gateway, long id)
    {
        _socket = socket;
        _gateway = gateway;
        _replies = new ReplyQueue(socket, gateway.ReplyMemory);
        _session = new RespSession(
            gateway, new RespClient(id, socket, _replies, gateway.Options.TimeProvider));
        _client = socket.RemoteEndPoint;
    }

    /// <summary>Replies that will be sent next.</summary>
    public RespWriter Output { get; } = new();

    /// <summary>
    /// Serves until the client leaves, or <paramref name="stopping"/> is cancelled and what was read is answered.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _gateway.Clients.Add(_session.Client);
        try
        {
            await ServeAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nothing more is read; what has been answered is still sent.
        }
        finally
        {
            _gateway.Clients.Remove(_session.Client);
        }
        if (_session.IsAborted)
        {
            if (_session.SpeaksHttp && _gateway.Notices.IsDue(nameof(GatewayLog.CrossProtocol)))
                GatewayLog.CrossProtocol(_gateway.Logger, _client);
            return;
        }
        await _replies.FlushAsync().ConfigureAwait(false);
        await LeaveAsync(stopping).ConfigureAwait(false);
    }

    private async Task ServeAsync(CancellationToken stopping)
    {
        await using NetworkStream stream = new(_socket, ownsSocket: false);
        PipeReader input = PipeReader.Create(
            stream, new StreamPipeReaderOptions(bufferSize: ReadBytes, leaveOpen: true));
        (_input, _stopping) = (input, stopping);
        try
        {
            int needed = 1;
            while (!_session.Closes && !_session.Client.IsKilled)
            {
                ReadResult read = await input.ReadAtLeastAsync(needed, stopping).ConfigureAwait(false);
                if (_session.Client.IsKilled) break;
                _session.Client.Touch();
                int consumed = TakeCommands(read.Buffer, out needed);
                bool stuck = consumed < read.Buffer.Length && needed > 0;
                input.AdvanceTo(
                    read.Buffer.GetPosition(consumed), stuck ? read.Buffer.End : read.Buffer.GetPosition(consumed));
                await ExecuteAsync().ConfigureAwait(false);
                if (read.IsCompleted && (stuck || consumed == read.Buffer.Length)) break;
                needed = Math.Max(needed, 1);
            }
        }
        finally
        {
            await input.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Has a command executed: a transaction stands alone. Completes with the reply; throws if no voted reply was had.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>> SubmitAsync(ReadOnlyMemory<byte> command, bool standsAlone)
    {
        _submission.Begin(command, 1, standsAlone);
        _gateway.Submit(_submission, onlyReads: false);
        await _submission.Completion.ConfigureAwait(false);
        return _submission.Replies;
    }

    /// <summary>
    /// Waits for what a command waits for, and notices meanwhile if the client leaves. What it sends meanwhile is kept,
    /// up to a bound, and not looked at. True once it has come; false if the client has left before.
    /// </summary>
    /// <exception cref="IOException">The connection was reset.</exception>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public async ValueTask<bool> WatchUntilAsync(Task awaited)
    {
        while (!awaited.IsCompleted)
        {
            Task<ReadResult> reading = _input.ReadAsync(_stopping).AsTask();
            await Task.WhenAny(awaited, reading).ConfigureAwait(false);
            if (!reading.IsCompleted) _input.CancelPendingRead();
            ReadResult read = await reading.ConfigureAwait(false);
            bool isFull = read.Buffer.Length >= RespLimits.BlockedInputBytesMax;
            bool isLast = isFull || awaited.IsCompleted;
            _input.AdvanceTo(read.Buffer.Start, isLast ? read.Buffer.Start : read.Buffer.End);
            if (awaited.IsCompleted) return true;
            if (read.IsCompleted) return false;
            if (isFull) await awaited.WaitAsync(_stopping).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Writes the reply to a command of the store.</summary>
    public void Write(PendingReply pending, ref CanonicalReader replies)
    {
        int before = Output.Length;
        if (replies.TryReadError(out KvErrorCode error)) Output.Error(RespErrors.Of(error, pending.Command));
        else if (!pending.Format!(ref replies, Output))
            throw new InvalidDataException(
                $"The replicas' reply to '{pending.Command}' has a form that this gateway does not know. "
                + "Run the same release of both.");
        if (pending.IsSilent) Output.TakeBack(before);
    }

    /// <summary>Writes the reply to a command that needs no store.</summary>
    public void WriteKnown(RespBatch batch, PendingReply pending)
    {
        int before = Output.Length;
        if (pending.Answer is { } answer) answer(Output);
        else Output.Raw(batch.Known.Written.Slice(pending.Start, pending.Length));
        if (pending.IsSilent) Output.TakeBack(before);
    }

    /// <summary>
    /// Takes commands up to the bounds of a batch. <paramref name="needed"/>: 0 if there may be more to take, else how
    /// many bytes there must be behind what was consumed.
    /// </summary>
    private int TakeCommands(ReadOnlySequence<byte> buffer, out int needed)
    {
        if (buffer.IsSingleSegment) return TakeCommands(buffer.FirstSpan, out needed);
        int length = (int)buffer.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.CopyTo(rented);
            return TakeCommands(rented.AsSpan(0, length), out needed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int TakeCommands(ReadOnlySpan<byte> input, out int needed)
    {
        int consumed = 0;
        needed = 0;
        while (!_session.Closes && _session.Next is null && !_session.Batch.IsFull)
        {
            ReadOnlySpan<byte> rest = input[consumed..];
            RespParseResult result;
            int taken;
            if (_skipper.IsSkipping)
            {
                result = _skipper.Skip(rest, out taken);
                if (result == RespParseResult.Command) 
                    _session.Reject(RespErrors.CommandTooLong(_gateway.OperationBytesMax));
                if (result == RespParseResult.ProtocolError) End("ERR Protocol error: invalid bulk length");
                needed = result == RespParseResult.Incomplete ? rest.Length - taken + 1 : 0;
            }
            else
            {
                result = _parser.Parse(rest, _session.IsAuthenticated, out taken);
                if (result == RespParseResult.Command)
                    _session.Take(new RespArguments(_parser.Bytes(rest), _parser.Ranges));
                if (result == RespParseResult.TooLong) _skipper.Begin(_parser.BulksLeft, _parser.BytesLeft);
                if (result == RespParseResult.ProtocolError) End(_parser.Error);
                needed = result == RespParseResult.Incomplete ? _parser.BytesNeeded : 0;
            }
            consumed += taken;
            if (result == RespParseResult.Incomplete) break;
        }
        return consumed;
    }

    /// <summary>Answers with an error, and reads no more.</summary>
    private void End(string error)
    {
        _session.Reject(error);
        _session.Closes = true;
    }

    private async ValueTask ExecuteAsync()
    {
        RespBatch batch = _session.Batch;
        if (batch.Pending.Count > 0)
        {
            _gateway.CountCommands(batch.Pending.Count);
            Output.Version = _session.Version;
            await ExecuteAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
        if (_session.Next is { } next)
        {
            _session.Next = null;
            _gateway.CountCommands(1);
            Output.Version = _session.Version;
            int before = Output.Length;
            await next(this).ConfigureAwait(false);
            if (_session.IsSilent) Output.TakeBack(before);
            _session.NoteQueued();
        }
        Send();
    }

    private async ValueTask ExecuteAsync(RespBatch batch)
    {
        int next = 0, left = batch.OperationCount;
        while (left > 0)
        {
            int count = CountThatFits(batch, next, out ReadOnlyMemory<byte> operations);
            _submission.Begin(operations, count, standsAlone: false);
            _gateway.Submit(_submission, batch.OnlyReads);
            string? failure = null;
            try
            {
                await _submission.Completion.ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The client is told of any error.
            catch (Exception e)
            {
                failure = RespErrors.Of(e);
            }
#pragma warning restore CA1031
            if (failure is not null)
            {
                for (; next < batch.Pending.Count; next++) WriteFailed(batch, batch.Pending[next], failure);
                return;
            }
            next = WriteReplies(batch, next, _submission.Executed, _submission.Replies);
            left -= _submission.Executed;
            Send(); // so that no more than one operation's replies are held, however many the batch needs
        }
        for (; next < batch.Pending.Count; next++) WriteKnown(batch, batch.Pending[next]);
    }

    /// <summary>
    /// Writes replies from <paramref name="next"/> on until so many of the store's are written; returns the index of
    /// the one behind.
    /// </summary>
    private int WriteReplies(RespBatch batch, int next, int executed, ReadOnlyMemory<byte> replies)
    {
        CanonicalReader reader = new(replies);
        while (executed > 0)
        {
            PendingReply pending = batch.Pending[next++];
            if (pending.Format is null)
            {
                WriteKnown(batch, pending);
                continue;
            }
            Write(pending, ref reader);
            executed--;
        }
        return next;
    }

    private void WriteFailed(RespBatch batch, PendingReply pending, string failure)
    {
        if (pending.Format is null) WriteKnown(batch, pending);
        else if (!pending.IsSilent) Output.Error(failure);
    }

    /// <summary>The operations from <paramref name="next"/> on that the cluster takes as one: at least one.</summary>
    private int CountThatFits(RespBatch batch, int next, out ReadOnlyMemory<byte> operations)
    {
        while (batch.Pending[next].Format is null) next++;
        int start = batch.Pending[next].Start, end = start, count = 0;
        for (; next < batch.Pending.Count; next++)
        {
            PendingReply pending = batch.Pending[next];
            if (pending.Format is null) continue;
            if (pending.Start + pending.Length - start > _gateway.CommandBytesMax) break;
            end = pending.Start + pending.Length;
            count++;
        }
        operations = batch.Operations.WrittenMemory[start..end];
        return count;
    }

    /// <summary>
    /// Lets the client read the last replies: closing while its bytes wait here unread would take them away from it.
    /// </summary>
    private async ValueTask LeaveAsync(CancellationToken stopping)
    {
        _socket.Shutdown(SocketShutdown.Send);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        byte[] ignored = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            for (int left = IgnoredBytesMax; left > 0;)
            {
                int count = await _socket.ReceiveAsync(ignored, SocketFlags.None, patience.Token).ConfigureAwait(false);
                if (count == 0) return;
                left -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(ignored);
        }
    }

    /// <summary>Sends what was written, and keeps what the client does not take yet.</summary>
    private void Send()
    {
        if (_session.IsAborted)
        {
            Output.Reset();
            return;
        }
        if (_replies.TrySend(Output)) return;
        _session.Abort();
        _gateway.CountTooSlow();
        if (_gateway.Notices.IsDue(nameof(GatewayLog.TooSlow)))
            GatewayLog.TooSlow(_gateway.Logger, _session.Id, _client, _replies.Held);
    }
}
