using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Replicas;

/// <summary>Effects that tell that a replica got to one of the rarer parts of the protocol.</summary>
internal static class Milestones
{
    public static string? Of(Effect effect) => effect switch
    {
        TakeCheckpointEffect => "checkpoint taken",
        BeginFetchEffect => "checkpoint fetch begun",
        InstallStateEffect => "checkpoint loaded",
        MendRunEffect => "run mended",
        DropStateEffect => "state dropped",
        RewriteLogEffect => "log written again",
        TruncateEffect => "checkpoint stable",
        PersistEffect { Record: RegencyInstalled } => "regency installed",
        PersistEffect { Record: RegencySynchronized { Sync.Collected: var collected } } =>
            collected.Any(static d => d.Evidence.Any(static e => e.Written is not null))
                ? "SYNC with written values"
                : "SYNC without written values",
        PersistEffect { Record: SilentUpTo } => "non-voting recovery ends",
        PersistEffect { Record: WriteVoted { Batch: null } } => "voted for a value again",
        SendEffect { Message: BatchBody } => "batch sent to a replica that missed it",
        SendArchivedEffect => "archived decisions sent to a late replica",
        SendEffect { Message: Decided } => "decisions sent to a late replica",
        SendEffect { Message: Propose } => "proposal sent again",
        SendEffect { Message: Write or Accept } => "vote sent again to a late replica",
        SendEffect { Message: Forward } => "request relayed",
        BroadcastEffect { Message: Refuse } => "proposal refused",
        SendEffect { Message: Vouch } => "reply shares sent",
        SendEffect { Message: RelayRead } => "read relayed",
        ReadReplyEffect { Reply.Vouchers: { } vouchers } =>
            vouchers.Count == 0 ? "read answered without an awaited reply share" : "aggregated read reply",
        ReadReplyEffect => "relayed read answered too late for reply shares",
        ReplyEffect { Reply.Vouchers: { } vouchers } =>
            vouchers.From.IsEmpty ? "reply without an awaited reply share" : "aggregated reply",
        ReplyEffect { Reply.Status: ReplyStatus.SessionExpired } => "session expired",
        ReplyEffect { Reply.Status: ReplyStatus.ReplyForgotten } => "reply forgotten",
        RejectEffect e => $"rejected: {e.Reason}",
        _ => null,
    };
}
