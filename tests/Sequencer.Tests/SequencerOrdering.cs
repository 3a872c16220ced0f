using BftCloud.Primitives;
using BftSmr;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering;

namespace Sequencer.Tests;

/// <summary>
/// Replica 0 numbers batches and tells the others. Invariant: a batch is recorded before it is told or executed, so a
/// sequencer that restarts never gives a number twice.
/// </summary>
internal sealed class SequencerOrdering(OrderingParts parts) : IOrdering
{
    private static readonly ReplicaId Sequencer = new(0);

    private ReplicaContext Context => parts.Context;

    public Regency Regency => Regency.Zero;
    public bool IsOpen => true;
    public ReplicaId Leader => Sequencer;
    public bool IsLeading => Context.Self == Sequencer;
    public Instance ReadBarrier => parts.Log.LastDecided;
    public bool AnswersReads => true;
    public bool MayPropose =>
        IsLeading && !parts.Log.IsFull && LastProposed - parts.Log.LastExecuted < Context.Settings.Window;
    public bool WantsFiller => false;
    public bool IsIdle => LastProposed == parts.Log.LastExecuted;
    public Instance LastProposed =>
        parts.Log.LastDecided > parts.Log.LastExecuted ? parts.Log.LastDecided : parts.Log.LastExecuted;
    public long NextDeadlineMicros => long.MaxValue;
    public OrderingStatus Status => default;

    public void Recover(LogRecord record)
    {
        if (record is OrderRecorded r && r.Instance > parts.Checkpoints.Stable.Instance)
            parts.Log.Recover(new ValueDecided(r.Instance, r.Batch.Digest, r.Batch));
    }

    public void Start(bool votesForgotten) { }

    public bool TryHandle(ReplicaId from, PeerMessage message)
    {
        switch (message)
        {
            case Ordered m when from == Sequencer:
                if (m.Instance > parts.Log.LastExecuted
                    && m.Instance - parts.Log.LastExecuted <= parts.Log.HorizonInstances)
                    Take(m);
                return true;
            case BatchBody m:
                parts.Log.TakeBody(from, m);
                return true;
            default:
                return false;
        }
    }

    private void Take(Ordered ordered)
    {
        DecidedInstance instance = parts.Log.GetOrAdd(ordered.Instance);
        if (instance.Decided is not null) return;
        Context.PersistVote(new OrderRecorded(ordered.Instance, ordered.Batch));
        parts.Log.KeepBody(instance, ordered.Batch);
        parts.Log.Decide(instance, ordered.Batch.Digest);
    }

    public void OnLink(ReplicaId peer, bool isUp) { }

    public void OnStatus(ReplicaId from, Status status) { }

    public void OnPeerStopped(ReplicaId peer, Instance executed)
    {
        if (!IsLeading) return;
        for (Instance i = executed.Next; i - executed <= Context.Settings.Window; i = i.Next)
        {
            if (parts.Log.Find(i) is { Decided: { } value } known && known.Body(value) is { } body)
                Context.Effects.Send(peer, new Ordered(i, body));
        }
    }

    public void Propose(Batch batch)
    {
        Ordered ordered = new(LastProposed.Next, batch);
        Take(ordered);
        Context.Effects.Broadcast(ordered);
    }

    public void CheckDeadline() { }

    public void BeginPeriod(bool isLate) { }

    public Status Describe(Status status) => status;

    public void EndPeriod(bool isStalled) { }

    public IReadOnlyList<Batch>? TakeDropped() => null;

    public void OnExecuted(DecidedInstance instance) { }

    public IEnumerable<LogRecord> CarryOver() => [];
}
