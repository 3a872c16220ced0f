namespace BftSmr.Client.Core;

/// <summary>
/// One operation on its way through a client core: made by the caller, completed by
/// <see cref="OperationCompletedEffect"/>. Callers derive from it to keep what belongs to the operation (a promise, an
/// expectation) without a table.
/// </summary>
/// <param name="kind">Ordered or unordered.</param>
/// <param name="payload">What the service is given. Must not change until the core has let go of the operation.</param>
/// <param name="deadlineMicros">When to give up waiting, on the monotonic clock; <see cref="long.MaxValue"/> for
/// never.</param>
internal class ClientOperation(OperationKind kind, ReadOnlyMemory<byte> payload, long deadlineMicros)
{
    public OperationKind Kind { get; } = kind;
    public ReadOnlyMemory<byte> Payload { get; } = payload;
    public long DeadlineMicros { get; } = deadlineMicros;

    /// <summary>How it ended; meaningful once the core has completed it.</summary>
    public OperationOutcome Outcome { get; internal set; }

    /// <summary>Its number in the session once it was sent as an ordered operation, else 0.</summary>
    public ulong Sequence { get; internal set; }

    /// <summary>Pairs its answers while it is an unordered read.</summary>
    internal ulong ReadId { get; set; }

    /// <summary>A query that became an ordered one.</summary>
    internal bool IsOrdered { get; set; }

    /// <summary>
    /// The caller has its answer, or no longer wants one; the operation may live on in the window, where sequences have
    /// no gaps.
    /// </summary>
    internal bool IsSettled { get; private set; }

    /// <summary>Where it stands; null before it was sent, and when it is over.</summary>
    internal Attempt? Attempt { get; set; }

    /// <summary>The caller no longer waits.</summary>
    internal void Abandon() => IsSettled = true;

    /// <summary>Tells the caller how it ended, unless the caller has been told or has left.</summary>
    internal void Settle(OperationOutcome outcome, ClientEffectBuffer effects)
    {
        if (IsSettled) return;
        IsSettled = true;
        Outcome = outcome;
        effects.Complete(this);
    }
}

/// <summary>What the caller asks for.</summary>
internal enum OperationKind
{
    /// <summary>Ordered with all others and executed.</summary>
    Command,

    /// <summary>Answered on executed state, unordered if q replicas agree, else ordered.</summary>
    Query,

    /// <summary>Opens the session; made by the core itself.</summary>
    Open,
}

/// <summary>How an operation ended.</summary>
internal enum OutcomeKind
{
    /// <summary>The result is the service's reply.</summary>
    Ok,

    /// <summary>The service failed the operation; the result is its message in UTF-8.</summary>
    Failed,

    /// <summary>
    /// It executed (or it may have, see <see cref="OperationOutcome.MayHaveExecuted"/>), but the replicas no longer
    /// keep the reply.
    /// </summary>
    ReplyForgotten,

    /// <summary>It executed, and its reply exceeds the limit of the cluster.</summary>
    ReplyTooLarge,

    /// <summary>The session was evicted, or could not be opened.</summary>
    SessionExpired,

    /// <summary>f+1 replicas refused it: the client lacks the right to it.</summary>
    NotPermitted,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>The client was closed.</summary>
    Closed,
}

/// <summary>How an operation ended, and with what.</summary>
/// <param name="Kind">How.</param>
/// <param name="Result">The reply or the failure's message; empty for the other kinds.</param>
/// <param name="MayHaveExecuted">Whether the operation has changed, or may yet change, the service's state.</param>
internal readonly record struct OperationOutcome(OutcomeKind Kind, ReadOnlyMemory<byte> Result, bool MayHaveExecuted);
