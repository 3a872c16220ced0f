using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Replicas;

/// <summary>Effects that tell that a replica got to one of the rarer parts of the protocol.</summary>
internal static class Milestones
{
    public static string? Of(Effect effect) => effect switch
    {
        TakeCheckpointEffect => "checkpoint taken",
        InstallStateEffect => "snapshot installed",
        TruncateEffect => "checkpoint stable",
        PersistEffect { Record: RegencyInstalled } => "regency installed",
        PersistEffect { Record: RegencySynchronized { Sync.Collected: var collected } } =>
            collected.Any(static d => d.Evidence.Any(static e => e.Written is not null))
                ? "SYNC with written values"
                : "SYNC without written values",
        PersistEffect { Record: SilentUpTo } => "silence ends",
        PersistEffect { Record: WriteVoted { Batch: null } } => "voted for a value again",
        SendEffect { Message: BatchBody } => "batch sent to one who missed it",
        SendEffect { Message: Decided } => "decisions sent to one who is late",
        SendEffect { Message: Forward } => "request relayed",
        BroadcastEffect { Message: Refuse } => "proposal refused",
        SendEffect { Message: Vouch } => "replies vouched for",
        SendEffect { Message: RelayRead } => "read relayed",
        ReadReplyEffect { Reply.Vouchers: { } vouchers } =>
            vouchers.Count == 0 ? "read answered without a word that was waited for" : "vouched read",
        ReadReplyEffect => "relayed read answered too late for vouchers",
        ReplyEffect { Reply.Vouchers: { } vouchers } =>
            vouchers.From.IsEmpty ? "reply without a voucher that was waited for" : "vouched reply",
        ReplyEffect { Reply.Status: ReplyStatus.SessionExpired } => "session expired",
        ReplyEffect { Reply.Status: ReplyStatus.ReplyForgotten } => "reply forgotten",
        RejectEffect e => $"rejected: {e.Reason}",
        _ => null,
    };
}
