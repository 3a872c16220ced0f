using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// Serves the clients of a gateway whose commands wait. One loop serves all of them, as long as there are any: it asks
/// the store what their keys hold, sends the commands of those that can be served, and ends those whose time is over.
/// It asks at once about a key that an operation of this gateway has touched. What other gateways put there it finds by
/// asking about all keys now and then, in one query.
/// </summary>
internal sealed class BlockedClients : IAsyncDisposable
{
    private const string Stopping = "UNBLOCKED the gateway is stopping; nothing was taken";

    private readonly RespGateway _gateway;
    private readonly TimeProvider _clock;
    private readonly WaitList _list;
    private readonly PollInterval _interval = new();
    private readonly RespSubmission _submission = new();
    private readonly List<BlockedClient> _served = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private Task _loop = Task.CompletedTask;
    private bool _isRunning;
    private long _pollAt, _nextAt = long.MaxValue;

    public BlockedClients(RespGateway gateway)
    {
        _gateway = gateway;
        _clock = gateway.Options.TimeProvider;
        _list = new WaitList(gateway.CommandBytesMax);
    }

    /// <summary>Clients whose keys were looked at and had nothing for them.</summary>
    public int Count => _list.Blocked;

    /// <summary>Carries out a command that waits, and writes its reply.</summary>
    /// <param name="command">The command.</param>
    /// <param name="timeoutMillis">How long it may wait; 0: as long as it takes.</param>
    /// <param name="session">Its connection.</param>
    /// <param name="connection">Its connection.</param>
    public async ValueTask ServeAsync(
        BlockingCommand command, long timeoutMillis, RespSession session, RespConnection connection)
    {
        BlockedClient client = new(command, session.Id, DeadlineIn(timeoutMillis));
        if (!_list.TryEnter(client, out bool goesAtOnce))
        {
            connection.Output.Error(RespErrors.TooMuchAwaited);
            return;
        }
        if (goesAtOnce) await SendAsync(client, connection).ConfigureAwait(false);
        if (!client.Outcome.IsCompleted || _list.IsDue) Wake(client.Deadline);
        bool stays = await StaysAsync(client, connection).ConfigureAwait(false);
        BlockedOutcome outcome = await client.Outcome.ConfigureAwait(false);
        if (!stays) session.Abort();
        else if (outcome.Error is not null) connection.Output.Error(outcome.Error);
        else Write(command, outcome.Reply, connection);
    }

    /// <summary>
    /// Ends the wait of a connection's command, as CLIENT UNBLOCK does: with an error, or as if its time were over.
    /// False if it does not wait.
    /// </summary>
    public bool TryUnblock(long connection, bool withError) => _list.TryEnd(
        connection, withError ? BlockedOutcome.OfError("UNBLOCKED client unblocked via CLIENT UNBLOCK") : default);

    /// <summary>An operation was executed: clients that wait for a key that it has touched may be served.</summary>
    public void Notice(ReadOnlyMemory<byte> operation)
    {
        if (_list.Count == 0) return;
        TouchedKeys.Visit(operation, _list.Touch);
        if (_list.IsDue) Signal();
    }

    /// <summary>Once the connections have ended, waits until nothing is under way any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal();
        Task loop;
        lock (_lock) loop = _loop;
        await loop.ConfigureAwait(false);
    }

    private static void Write(BlockingCommand command, ReadOnlyMemory<byte> reply, RespConnection connection)
    {
        if (reply.IsEmpty)
        {
            connection.Output.NullArray();
            return;
        }
        CanonicalReader reader = new(reply);
        connection.Write(new PendingReply(command.Name, command.Format, 0, 0), ref reader);
    }

    private long DeadlineIn(long millis)
    {
        if (millis == 0) return long.MaxValue;
        double ticks = _clock.GetTimestamp() + millis / 1000.0 * _clock.TimestampFrequency;
        return ticks >= long.MaxValue ? long.MaxValue : (long)ticks;
    }

    /// <summary>Sends a new client's command, as one of those that connections send.</summary>
    private async ValueTask SendAsync(BlockedClient client, RespConnection connection)
    {
        ByteBuffer command = new();
        client.Command.WriteTake(command, client.Command.Keys);
        try
        {
            ReadOnlyMemory<byte> reply =
                await connection.SubmitAsync(command.WrittenMemory, standsAlone: false).ConfigureAwait(false);
            _list.Settle(client, reply);
        }
#pragma warning disable CA1031 // The client is told of any error.
        catch (Exception e)
        {
            _list.Fail(client, RespErrors.Of(e));
        }
#pragma warning restore CA1031
    }

    /// <summary>Completes when the client's wait has ended. False if the client has left before.</summary>
    private async ValueTask<bool> StaysAsync(BlockedClient client, RespConnection connection)
    {
        bool stays = false;
        try
        {
            stays = await connection.WatchUntilAsync(client.Outcome).ConfigureAwait(false);
            if (!stays) _list.End(client, default);
        }
        catch (OperationCanceledException)
        {
            _list.End(client, BlockedOutcome.OfError(Stopping));
            stays = true;
        }
        catch (IOException)
        {
            _list.End(client, default);
        }
        if (_list.Count == 0) Signal(); // the loop may end
        return stays;
    }

    /// <summary>Has the loop run, and in time for this deadline.</summary>
    private void Wake(long deadline)
    {
        lock (_lock)
        {
            if (!_isRunning)
            {
                _isRunning = true;
                _loop = Task.Run(RunAsync);
            }
            if (deadline >= _nextAt && !_list.IsDue) return;
        }
        Signal();
    }

    private void Signal()
    {
        lock (_lock)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    private async Task RunAsync()
    {
        await using ITimer timer = _clock.CreateTimer(
            _ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Task round = Task.CompletedTask;
        while (true)
        {
            if (round.IsCompleted && TryStop()) return;
            bool isPoll = _clock.GetTimestamp() >= _pollAt;
            if (round.IsCompleted && (isPoll || _list.IsDue)) round = ServeAsync(isPoll);
            Schedule(timer, polls: round.IsCompleted);
            if (!round.IsCompleted || !_list.IsDue) await _signal.WaitAsync().ConfigureAwait(false);
        }
    }

    private bool TryStop()
    {
        lock (_lock)
        {
            if (_list.Count > 0) return false;
            _isRunning = false;
            _nextAt = long.MaxValue;
            return true;
        }
    }

    /// <summary>Asks about all keys, or those that are due, and serves the clients that can be.</summary>
    private async Task ServeAsync(bool isPoll)
    {
        bool found = await AskAsync(isPoll).ConfigureAwait(false);
        await TakeAsync().ConfigureAwait(false);
        if (isPoll)
        {
            _interval.Polled(found);
            _pollAt = _clock.GetTimestamp() + TicksOf(_interval.Current);
        }
        Signal();
    }

    /// <summary>Asks the store what keys hold. Tells whether any of them has something.</summary>
    private async ValueTask<bool> AskAsync(bool all)
    {
        ByteBuffer query = new();
        if (!_list.TryWriteQuery(all, query)) return false;
        try
        {
            return _list.TakeCounts(await _gateway.ReadAsync(query.WrittenMemory).ConfigureAwait(false));
        }
        catch (BftNotPermittedException e)
        {
            _list.FailWaiting(RespErrors.Of(e), onlyNew: false);
        }
        catch (Exception e) when (e is BftException or OperationCanceledException or ObjectDisposedException)
        {
            // The cluster does not answer now. Clients that waited before wait on, and the next poll asks again.
            _list.FailWaiting(RespErrors.Of(e), onlyNew: true);
        }
        return false;
    }

    /// <summary>Sends the commands of those that can be served, as one pipeline.</summary>
    private async ValueTask TakeAsync()
    {
        ByteBuffer commands = new();
        _served.Clear();
        _list.WriteTakes(commands, _served);
        if (_served.Count == 0) return;
        _submission.Begin(commands.WrittenMemory, _served.Count, standsAlone: false);
        _gateway.Submit(_submission, onlyReads: false);
        try
        {
            await _submission.Completion.ConfigureAwait(false);
            Settle(_submission.Executed, _submission.Replies);
        }
        catch (Exception e) when (e is BftException { MayHaveExecuted: false } and not BftNotPermittedException)
        {
            foreach (BlockedClient client in _served) _list.Return(client, isDue: false);
        }
#pragma warning disable CA1031 // The clients are told of any other error.
        catch (Exception e)
        {
            foreach (BlockedClient client in _served) _list.Fail(client, RespErrors.Of(e));
        }
#pragma warning restore CA1031
    }

    private void Settle(int executed, ReadOnlyMemory<byte> replies)
    {
        CanonicalReader reader = new(replies);
        for (int i = 0; i < _served.Count; i++)
        {
            // Where the replies filled the operation's, the rest was not executed.
            if (i >= executed) _list.Return(_served[i], isDue: true);
            else if (reader.TryReadElement(out ReadOnlyMemory<byte> reply)) _list.Settle(_served[i], reply);
            else throw new InvalidDataException("the replicas' reply is cut off");
        }
    }

    /// <summary>Sets the timer for the next poll or deadline, whichever comes first.</summary>
    private void Schedule(ITimer timer, bool polls)
    {
        long next = _list.Expire(_clock.GetTimestamp());
        if (polls) next = Math.Min(next, _pollAt);
        lock (_lock) _nextAt = next;
        if (next == long.MaxValue) return; // what is under way signals when it ends
        double millis = Math.Ceiling(
            Math.Max(0, next - _clock.GetTimestamp()) * 1000.0 / _clock.TimestampFrequency);
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Min(millis, PollInterval.Longest.TotalMilliseconds));
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
