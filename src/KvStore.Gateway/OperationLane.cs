using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.Gateway;

/// <summary>
/// Carries submissions of all connections to the store, as few operations: at most so many are under way at a time, and
/// what comes meanwhile is put together into the next. So a single command goes out at once, and under load each
/// operation carries many. Submissions of different connections are under way together, so any order of theirs is
/// right; a connection submits again only when its last has completed.
/// </summary>
internal sealed class OperationLane(
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> execute,
    int operationsMax, int groupBytesMax, CancellationToken stopping,
    Action<ReadOnlyMemory<byte>>? executed = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<RespSubmission> _waiting = new();
    private int _underWay;

    public void Submit(RespSubmission submission)
    {
        lock (_lock) _waiting.Enqueue(submission);
        Pump();
    }

    private void Pump()
    {
        while (true)
        {
            List<RespSubmission> group;
            lock (_lock)
            {
                if (_underWay == operationsMax || _waiting.Count == 0) return;
                group = TakeGroup();
                _underWay++;
            }
            _ = RunAsync(group);
        }
    }

    private List<RespSubmission> TakeGroup()
    {
        List<RespSubmission> group = [_waiting.Dequeue()];
        int bytes = group[0].Commands.Length, count = group[0].Count;
        if (group[0].StandsAlone) return group;
        while (_waiting.TryPeek(out RespSubmission? next) && !next.StandsAlone
            && bytes + next.Commands.Length <= groupBytesMax
            && count + next.Count <= KvLimits.CommandsMax)
        {
            group.Add(_waiting.Dequeue());
            bytes += next.Commands.Length;
            count += next.Count;
        }
        return group;
    }

    private async Task RunAsync(List<RespSubmission> group)
    {
        try
        {
            int count = group.Sum(static s => s.Count);
            bool bare = count == 1;
            ReadOnlyMemory<byte> operation = bare ? group[0].Commands : Pipeline(group, count);
            if (stopping.IsCancellationRequested) throw new NotSentException();
            ReadOnlyMemory<byte> reply = await execute(operation, stopping).ConfigureAwait(false);
            executed?.Invoke(operation);
            if (bare) group[0].Complete(1, reply);
            else Distribute(group, reply);
        }
#pragma warning disable CA1031 // The connections that wait are told of any error; each answers its client with it.
        catch (Exception e)
        {
            foreach (RespSubmission submission in group) submission.Fail(e);
        }
#pragma warning restore CA1031
        finally
        {
            lock (_lock) _underWay--;
            Pump();
        }
    }

    private static ReadOnlyMemory<byte> Pipeline(List<RespSubmission> group, int count)
    {
        ByteBuffer operation = new(group.Sum(static s => s.Commands.Length) + 2 * CanonicalFormat.HeaderBytesMax);
        operation.Begin(Opcode.Pipeline, count);
        foreach (RespSubmission submission in group) operation.WriteElements(submission.Commands.Span);
        return operation.WrittenMemory;
    }

    private void Distribute(List<RespSubmission> group, ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = new(reply);
        if (!reader.TryReadArray(out int left) || left == 0)
            throw new InvalidDataException(
                "the replicas did not understand the operation: gateway and replicas run different releases");
        foreach (RespSubmission submission in group)
        {
            int executed = Math.Min(left, submission.Count);
            if (executed == 0)
            {
                lock (_lock) _waiting.Enqueue(submission); // the replies before it filled the operation's
                continue;
            }
            int start = reader.Position;
            for (int i = 0; i < executed; i++) reader.TryReadElement(out _);
            submission.Complete(executed, reader.Since(start));
            left -= executed;
        }
    }
}
