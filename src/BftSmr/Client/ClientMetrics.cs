using System.Diagnostics.Metrics;
using BftSmr.Client.Core;

namespace BftSmr.Client;

/// <summary>What all clients of the process count, as instruments of the meter <c>BftSmr</c>.</summary>
internal static class ClientMetrics
{
    private static readonly Meter s_meter = new(BftDiagnostics.MeterName);
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "bftsmr.client.operation.duration", "s", "From the call to its result, by kind and outcome.");

    /// <summary>An operation is over.</summary>
    public static void NoteCompleted(PendingOperation operation)
    {
        if (!s_duration.Enabled) return;
        double seconds = (operation.Session.Loop.NowMicros - operation.BeganMicros) / 1e6;
        s_duration.Record(
            seconds, new KeyValuePair<string, object?>("kind", NameOf(operation.Kind)),
            new KeyValuePair<string, object?>("outcome", NameOf(operation.Outcome.Kind)));
    }

    /// <summary>An operation's kind in telemetry.</summary>
    public static string NameOf(OperationKind kind) => kind == OperationKind.Query ? "query" : "command";

    private static string NameOf(OutcomeKind outcome) => outcome switch
    {
        OutcomeKind.Ok => "ok",
        OutcomeKind.Failed => "failed",
        OutcomeKind.NotPermitted => "not_permitted",
        OutcomeKind.TimedOut => "timed_out",
        OutcomeKind.SessionExpired => "session_expired",
        OutcomeKind.Closed => "closed",
        _ => "reply_unavailable",
    };
}
