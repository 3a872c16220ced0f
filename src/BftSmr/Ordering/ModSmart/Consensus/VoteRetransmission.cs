using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// Says votes again that may have been lost.
/// Invariant: only what was recorded before is said again; nothing new is voted here but by
/// <see cref="ConsensusWindow.Advance"/>.
/// </summary>
internal sealed class VoteRetransmission(ReplicaContext context, DecidedLog log, ConsensusWindow window)
{
    /// <summary>Instances sent again when progress stalls.</summary>
    private const int InstancesMax = 8;

    /// <summary>
    /// Progress stalled here or at a peer. Says again what was said in this regency about the next instances that were
    /// not executed here. Of those that the SYNC put to the vote again it takes the next above
    /// <paramref name="slowest"/>, the least that a peer says it has executed: a lie there takes nothing from the
    /// former. The leader proposes again to those that have not voted.
    /// </summary>
    public void Retransmit(Instance slowest)
    {
        Instance executed = log.LastExecuted;
        RetransmitBetween(executed, new Instance(executed.Value + log.HorizonInstances));
        if (slowest >= executed) return;
        RetransmitBetween(
            slowest > window.SyncBase ? slowest : window.SyncBase,
            executed < window.SyncHigh ? executed : window.SyncHigh);
    }

    private void RetransmitBetween(Instance above, Instance upTo)
    {
        int sent = 0;
        for (Instance i = above.Next; i <= upTo && sent < InstancesMax; i = i.Next)
        {
            if (log.Find(i) is not { } instance) continue;
            RetransmitOne((InstanceState)instance);
            sent++;
        }
    }

    /// <summary>
    /// A peer has stopped at an instance that was executed here: this replica tells it again how it voted on the next
    /// ones. If f others send nothing, no other replica can make up for a vote that was lost, and this one has no
    /// reason of its own to want anything.
    /// </summary>
    public void RepeatVotes(ReplicaId to, Instance executedThere)
    {
        for (Instance i = executedThere.Next; i <= log.LastExecuted && i - executedThere <= InstancesMax; i = i.Next)
        {
            if (log.Find(i) is not { } instance) continue;
            InstanceState state = (InstanceState)instance;
            if (state.SentWrite is { } write) context.Effects.Repeat(to, new Write(write.Regency, i, write.Value));
            if (state.Written is { } accept) context.Effects.Repeat(to, new Accept(accept.Regency, i, accept.Value));
        }
    }

    private void RetransmitOne(InstanceState state)
    {
        Regency regency = window.Regency;
        if (window.IsLeading && state.Number > window.SyncHigh && state.SentWrite is { } own && own.Regency == regency
            && state.Body(own.Value) is { } body)
        {
            ProposeAgain(state, new Propose(regency, state.Number, body));
        }
        if (state.Candidate is { } refused && state.RefusalBy(context.Self) is { } clients)
            context.Effects.Repeat(new Refuse(regency, state.Number, refused.Value, clients));
        if (state.SentWrite is { } write && write.Regency == regency)
            context.Effects.Repeat(new Write(regency, state.Number, write.Value));
        if (state.Written is { } accept && accept.Regency == regency)
            context.Effects.Repeat(new Accept(regency, state.Number, accept.Value));
        window.Advance(state);
    }

    private void ProposeAgain(InstanceState state, Propose message)
    {
        for (int i = 0; i < context.Quorums.Replicas; i++)
        {
            ReplicaId replica = new(i);
            if (state.Writes.Of(replica)?.Regency != message.Regency) context.Effects.Repeat(replica, message);
        }
    }
}
