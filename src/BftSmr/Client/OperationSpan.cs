using System.Diagnostics;
using BftSmr.Client.Core;
using BftSmr.Diagnostics;

namespace BftSmr.Client;

/// <summary>An operation as its client sees it, for listeners to traces.</summary>
internal sealed class OperationSpan
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private readonly ActivityContext? _caller = Activity.Current?.Context;

    private OperationSpan(TimeProvider time) => (_time, _began) = (time, time.GetUtcNow());

    /// <summary>The caller begins an operation; null if nothing listens.</summary>
    public static OperationSpan? Begin(TimeProvider time) =>
        OperationTrace.IsListenedTo ? new OperationSpan(time) : null;

    /// <summary>The operation is over. One that was never sent has no number, and so no trace.</summary>
    public void End(PendingOperation operation)
    {
        SessionId session = operation.Session.Core.Session;
        ActivityContext trace;
        if (operation.Sequence != 0) trace = OperationTrace.OfOrdered(session, operation.Sequence);
        else if (operation.ReadId != 0) trace = OperationTrace.OfRead(session, operation.ReadId);
        else return;
        OutcomeKind outcome = operation.Outcome.Kind;
        OperationTrace.Tell(
            $"bftsmr {ClientMetrics.NameOf(operation.Kind)}", ActivityKind.Client, trace, _began, _time.GetUtcNow(),
            [new KeyValuePair<string, object?>("bftsmr.client", session.Client.Value)],
            outcome == OutcomeKind.Ok ? null : outcome.ToString(), _caller);
    }
}
