using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// Operations that were not sent yet, first in first out. Settled ones (abandoned, timed out) are skipped, and swept
/// out when they are many. Invariants: an operation that waits was not sent, or no longer is under way; as many wait as
/// are counted.
/// </summary>
internal sealed class WaitingOperations
{
    private const int DeadMin = 64;

    private Queue<ClientOperation> _queue = new();

    /// <summary>Operations that wait.</summary>
    public int Count { get; private set; }

    public void Enqueue(ClientOperation operation)
    {
        Invariant.Holds(operation.Attempt is null, "what begins to wait is not under way");
        _queue.Enqueue(operation);
        Count++;
    }

    /// <summary>These, which were sent in vain, go before all others.</summary>
    public void PutBack(IEnumerable<ClientOperation> operations)
    {
        Queue<ClientOperation> queue = new(operations);
        Invariant.Holds(
            queue.All(static operation => operation is { IsSettled: false, Attempt: null }),
            "an operation that is put back is neither under way nor settled");
        Count += queue.Count;
        foreach (ClientOperation operation in _queue) queue.Enqueue(operation);
        _queue = queue;
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClientOperation? operation)
    {
        while (_queue.TryDequeue(out operation))
        {
            if (operation.IsSettled) continue;
            Count--;
            return true;
        }
        Invariant.Holds(Count == 0, "where the queue is empty, nothing is counted as waiting");
        return false;
    }

    /// <summary>A waiting operation has been settled.</summary>
    public void Forget()
    {
        Count--;
        Invariant.Holds(Count >= 0, "only what waits is forgotten");
        if (_queue.Count > 2 * Count + DeadMin)
            _queue = new Queue<ClientOperation>(_queue.Where(operation => !operation.IsSettled));
    }

    /// <summary>Settles those whose deadline has passed, and returns the earliest deadline of the others.</summary>
    public long Expire(long nowMicros, ClientEffectBuffer effects)
    {
        long next = long.MaxValue;
        foreach (ClientOperation operation in _queue)
        {
            if (operation.IsSettled) continue;
            if (operation.DeadlineMicros > nowMicros)
            {
                next = Math.Min(next, operation.DeadlineMicros);
                continue;
            }
            operation.Settle(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: false), effects);
            Count--;
        }
        if (_queue.Count > 2 * Count + DeadMin)
            _queue = new Queue<ClientOperation>(_queue.Where(operation => !operation.IsSettled));
        return next;
    }

    /// <summary>Settles all as not executed.</summary>
    public void SettleAll(OutcomeKind kind, ClientEffectBuffer effects)
    {
        while (TryDequeue(out ClientOperation? operation))
            operation.Settle(new OperationOutcome(kind, default, MayHaveExecuted: false), effects);
    }
}
