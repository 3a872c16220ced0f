using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>From what enough replicas stated to what the caller is told.</summary>
internal static class Outcomes
{
    /// <summary>
    /// Where sessions are free, as these replicas said alike when they refused one; 0 if they did not say.
    /// </summary>
    public static ulong FirstFreeOf(Ballot ballot, ReplicaSet agreeing) =>
        ballot.TryGetResult(agreeing, out ReadOnlyMemory<byte> told) && told.Length == sizeof(ulong)
            ? BinaryPrimitives.ReadUInt64BigEndian(told.Span)
            : 0;

    public static OperationOutcome Of(ReplyStatus status, ReadOnlyMemory<byte> result, bool changesState) =>
        status switch
    {
        ReplyStatus.Ok => new OperationOutcome(OutcomeKind.Ok, result, changesState),
        ReplyStatus.Failed => new OperationOutcome(OutcomeKind.Failed, result, changesState),
        ReplyStatus.ReplyTooLarge => new OperationOutcome(OutcomeKind.ReplyTooLarge, default, changesState),
        ReplyStatus.ReplyForgotten => new OperationOutcome(OutcomeKind.ReplyForgotten, default, changesState),
        ReplyStatus.NotPermitted => new OperationOutcome(OutcomeKind.NotPermitted, default, MayHaveExecuted: false),
        _ => new OperationOutcome(OutcomeKind.SessionExpired, default, changesState),
    };
}
