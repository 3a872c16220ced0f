using System.Diagnostics;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Diagnostics;
using BftSmr.Messages;

namespace BftSmr.Hosting;

/// <summary>What a replica does for operations, for listeners to traces.</summary>
internal sealed class ReplicaSpans(ReplicaId self)
{
    /// <summary>The time, if a listener wants it.</summary>
    public static DateTimeOffset? Begin() => OperationTrace.IsListenedTo ? DateTimeOffset.UtcNow : null;

    /// <summary>A batch was executed.</summary>
    public void EndExecution(DateTimeOffset began, ExecuteEffect effect, ExecutedInput executed)
    {
        DateTimeOffset ended = DateTimeOffset.UtcNow;
        for (int i = 0; i < effect.Commands.Count; i++)
        {
            Request request = effect.Commands[i];
            if (request.Kind == RequestKind.Open) continue;
            ReplyStatus status = executed.Outcomes[i].Status;
            OperationTrace.Tell(
                "bftsmr execute", ActivityKind.Server, OperationTrace.OfOrdered(request.Session, request.Sequence),
                began, ended, [.. Tags(), new("bftsmr.instance", effect.Instance.Value)], ErrorOf(status));
        }
    }

    /// <summary>An unordered read was answered.</summary>
    public void EndRead(DateTimeOffset began, AnswerReadEffect effect, ReadReply answer) => OperationTrace.Tell(
        "bftsmr answer", ActivityKind.Server,
        OperationTrace.OfRead(new SessionId(effect.Client, effect.Read.Nonce), effect.Read.ReadId), began,
        DateTimeOffset.UtcNow, Tags(), ErrorOf(answer.Status));

    private KeyValuePair<string, object?>[] Tags() => [new("bftsmr.replica", self.Value)];

    private static string? ErrorOf(ReplyStatus status) => status == ReplyStatus.Ok ? null : status.ToString();
}
