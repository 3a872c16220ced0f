using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Reads;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Holds what clients saw against what was executed: linearizability, with the total order as witness. An acknowledged
/// operation was executed and has the reply of its place in the total order (durability, as the history never forgets).
/// The order respects real time. Each unordered read shows a state that was current at some moment between its
/// invocation and its completion. No read shows an older state than a read before it showed.
/// </summary>
internal sealed class ClientChecker(World world, HistoryChecker history, Func<IStateMachine> service, int replyBytesMax,
    RightsTable rights)
{
    private readonly List<RecordedOperation> _operations = [];
    private readonly List<(SessionId Session, ulong Sequence)> _disclaimed = [];

    /// <summary>
    /// Whether the decision of an instance is on disk, as it must be before it is acknowledged; null if that was not
    /// promised.
    /// </summary>
    public Func<Instance, bool>? IsOnDisk { get; init; }

    public IReadOnlyList<RecordedOperation> Operations => _operations;

    public int Completed { get; private set; }

    public RecordedOperation Invoked(int client, WorkloadOperation operation)
    {
        RecordedOperation invoked = new()
        {
            Client = client,
            IsQuery = operation.IsQuery,
            Bytes = operation.Bytes,
            InvokedMicros = world.NowMicros,
        };
        _operations.Add(invoked);
        return invoked;
    }

    /// <summary>A client learned the outcome of an ordered operation.</summary>
    public void Acknowledged(
        RecordedOperation operation, SessionId session, ulong sequence, ReplyStatus status, ReadOnlyMemory<byte> result)
    {
        Complete(operation, status, result);
        if (!history.TryFind(session, sequence, out (long Instance, int Index) place))
        {
            world.Violate(
                "durability", $"{session}/{sequence} was acknowledged, but no correct replica has executed it.");
            return;
        }
        operation.Position = place;
        if (IsOnDisk is not null && !IsOnDisk(new Instance(place.Instance)))
            world.Violate(
                "durability",
                $"{session}/{sequence} was acknowledged before the decision of {new Instance(place.Instance)} was on "
                + "the disks of the replicas that acknowledged it.");
        Outcome outcome = history.OutcomeAt(place);
        if (outcome.Status != status || !outcome.Result.Span.SequenceEqual(result.Span))
            world.Violate(
                "reply",
                $"the client of {session}/{sequence} was given a reply that is not the one of its execution at "
                + $"{new Instance(place.Instance)}.");
    }

    /// <summary>A client learned the answer to an unordered read.</summary>
    public void Answered(RecordedOperation operation, ReplyStatus status, ReadOnlyMemory<byte> result) =>
        Complete(operation, status, result);

    /// <summary>A client was told that it lacks the right to an operation.</summary>
    public void Refused(RecordedOperation operation, ClientId client)
    {
        if (rights.Has(client, operation.IsQuery ? ClientRights.Read : ClientRights.Write))
            world.Violate(
                "rights", $"client {operation.Client} was refused an operation that it has the right to.");
    }

    /// <summary>A client was told that its operation was not executed and never will be.</summary>
    public void Disclaimed(SessionId session, ulong sequence) => _disclaimed.Add((session, sequence));

    /// <summary>Everything is over: checks what needs the whole history.</summary>
    public void Conclude()
    {
        foreach ((SessionId session, ulong sequence) in _disclaimed)
        {
            if (history.TryFind(session, sequence, out (long Instance, int Index) place))
                world.Violate(
                    "outcome",
                    $"{session}/{sequence} was executed at {new Instance(place.Instance)} although its client was told "
                    + "that it never would be.");
        }
        CheckRealTimeOrder();
        CheckReads();
    }

    private void Complete(RecordedOperation operation, ReplyStatus status, ReadOnlyMemory<byte> result)
    {
        operation.CompletedMicros = world.NowMicros;
        operation.Result = result;
        operation.Failed = status != ReplyStatus.Ok;
        operation.ExecutedAtCompletion = history.Last.Value;
        Completed++;
    }

    private void CheckRealTimeOrder()
    {
        List<RecordedOperation> placed = [.. _operations.Where(static o => o.Position is not null)];
        List<RecordedOperation> byCompletion = [.. placed.OrderBy(static o => o.CompletedMicros)];
        (long, int) highest = (0, -1);
        int next = 0;
        foreach (RecordedOperation operation in placed.OrderBy(static o => o.InvokedMicros))
        {
            for (; next < byCompletion.Count && byCompletion[next].CompletedMicros < operation.InvokedMicros; next++)
            {
                if (byCompletion[next].Position!.Value.CompareTo(highest) > 0)
                    highest = byCompletion[next].Position!.Value;
            }
            if (operation.Position!.Value.CompareTo(highest) > 0) continue;
            world.Violate(
                "linearizability",
                $"an operation of client {operation.Client} executed at {operation.Position} began after one at "
                + $"{highest} had completed.");
            return;
        }
    }

    /// <summary>
    /// Runs through the history once more and gives every read the earliest state that it can have seen.
    /// </summary>
    private void CheckReads()
    {
        List<PendingRead> waiting = [.. _operations
            .Where(static o => o.IsQuery && o.IsCompleted && o.Position is null)
            .OrderBy(static o => o.InvokedMicros)
            .Select(o => new PendingRead(o, LowestFor(o)))];
        if (waiting.Count == 0) return;
        List<PendingRead> open = [];
        ServiceHost reference = new(service(), replyBytesMax, rights);
        long agreedMicros = 0;
        int next = 0;
        waiting.Sort(static (x, y) => x.LowestInstance != y.LowestInstance
            ? x.LowestInstance.CompareTo(y.LowestInstance)
            : x.Operation.InvokedMicros.CompareTo(y.Operation.InvokedMicros));
        for (long instance = 0; instance <= history.Last.Value; instance++)
        {
            if (instance > 0)
            {
                ExecuteEffect effect = history.History[(int)instance - 1].Effect;
                reference.Execute(effect);
                if (effect.AgreedTimeMicros > agreedMicros) agreedMicros = effect.AgreedTimeMicros;
            }
            while (next < waiting.Count && waiting[next].LowestInstance <= instance) open.Add(waiting[next++]);
            if (open.Count == 0 && next == waiting.Count) return;
            open.Sort(static (x, y) => x.Operation.InvokedMicros.CompareTo(y.Operation.InvokedMicros));
            for (int i = 0; i < open.Count; i++)
            {
                PendingRead read = open[i];
                // A read that began after another had completed may not show an older state than that one did.
                bool mayBeHere = !open.Any(
                    o => o != read && o.Operation.CompletedMicros < read.Operation.InvokedMicros);
                if (mayBeHere && Shows(reference, agreedMicros, read.Operation))
                {
                    open.RemoveAt(i--);
                }
                else if (instance >= read.Operation.ExecutedAtCompletion)
                {
                    RecordedOperation seen = read.Operation;
                    world.Violate("linearizability",
                        $"a read of client {seen.Client} at {seen.InvokedMicros}..{seen.CompletedMicros} µs shows no "
                        + $"state between {new Instance(read.LowestInstance)} and "
                        + $"{new Instance(seen.ExecutedAtCompletion)}, or one older than a read before it showed.");
                    return;
                }
            }
        }
    }

    private long LowestFor(RecordedOperation read)
    {
        long lowest = 0;
        foreach (RecordedOperation other in _operations)
        {
            if (other.CompletedMicros < read.InvokedMicros && other.Position is { } place)
                lowest = Math.Max(lowest, place.Instance);
        }
        return lowest;
    }

    private static bool Shows(ServiceHost reference, long agreedMicros, RecordedOperation read)
    {
        ReadReply reply = reference.Answer(
            new AnswerReadEffect(default, new Read(0, 0, true, read.Bytes), default, agreedMicros));
        return reply.Status != ReplyStatus.Ok == read.Failed
            && reply.Result.Span.SequenceEqual(read.Result!.Value.Span);
    }

    private sealed record PendingRead(RecordedOperation Operation, long LowestInstance);
}
