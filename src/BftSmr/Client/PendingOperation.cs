using System.Text;
using BftSmr.Client.Core;

namespace BftSmr.Client;

/// <summary>An operation together with the promise its caller awaits.</summary>
internal sealed class PendingOperation(
    ClientSession session, OperationKind kind, ReadOnlyMemory<byte> payload, long beganMicros, TimeSpan timeout,
    bool continuesAtOnce, OperationSpan? span)
    : ClientOperation(kind, payload, beganMicros + timeout.Ticks / TimeSpan.TicksPerMicrosecond)
{
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _promise = new(
        continuesAtOnce ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;

    public ClientSession Session { get; } = session;

    /// <summary>When the caller began it, on the loop's clock.</summary>
    public long BeganMicros { get; } = beganMicros;

    public Task<ReadOnlyMemory<byte>> Task => _promise.Task;

    /// <summary>The loop has given it to the core.</summary>
    public bool IsBegun { get; set; }

    /// <summary>Lets the token end the wait. Call before the operation is posted.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return;
        _cancellation = cancellationToken.UnsafeRegister(
            static (operation, token) => ((PendingOperation)operation!).Cancel(token), this);
    }

    /// <summary>The core has completed it.</summary>
    public void Complete()
    {
        _cancellation.Unregister();
        ClientMetrics.NoteCompleted(this);
        span?.End(this);
        if (Outcome.Kind == OutcomeKind.Ok) _promise.TrySetResult(Outcome.Result);
        else _promise.TrySetException(Failure());
    }

    private void Cancel(CancellationToken token)
    {
        if (_promise.TrySetCanceled(token)) Session.Loop.PostAbandon(this);
    }

    private BftException Failure() => Outcome.Kind switch
    {
        OutcomeKind.Failed =>
            new BftOperationFailedException(Encoding.UTF8.GetString(Outcome.Result.Span), Outcome.MayHaveExecuted),
        OutcomeKind.ReplyForgotten => new BftReplyUnavailableException(
            "The operation executed, but its reply was lost and the replicas no longer keep it. Read the state back to "
            + "learn what it did; keep replies small, or fewer operations in flight.",
            Outcome.MayHaveExecuted),
        OutcomeKind.ReplyTooLarge => new BftReplyUnavailableException(
            "The operation executed, but its reply exceeds the cluster's limit (replyBytesMax). Ask for less at a "
            + "time, or raise the limit in cluster.json at all nodes.",
            Outcome.MayHaveExecuted),
        OutcomeKind.SessionExpired when Outcome.MayHaveExecuted => new BftSessionExpiredException(
            "The replicas evicted this session while the operation was under way, so it may have executed or not. Read "
            + "the state back before issuing it again. A new session is opened for later operations; if this happens "
            + "often, open fewer sessions with one client identity.",
            mayHaveExecuted: true),
        OutcomeKind.SessionExpired => new BftSessionExpiredException(
            "The replicas refused to open a session: they have evicted sessions of this identity with later start "
            + "times. Set this machine's clock, then try again.",
            mayHaveExecuted: false),
        OutcomeKind.NotPermitted => new BftNotPermittedException(Session.DescribeRights(Kind)),
        OutcomeKind.TimedOut => new BftTimeoutException(
            Outcome.MayHaveExecuted
                ? $"No {Session.Loop.Quorums.OneCorrect} equal replies came within {timeout}. The operation was sent "
                    + "and may execute, now or later: read the state back before issuing it again. "
                    + Session.Loop.Describe()
                : $"The operation could not be {(Kind == OperationKind.Query ? "answered" : "sent")} within {timeout} "
                    + $"and changed nothing. {Session.Loop.Describe()}",
            Outcome.MayHaveExecuted),
        _ => new BftClientClosedException(Outcome.MayHaveExecuted),
    };
}
