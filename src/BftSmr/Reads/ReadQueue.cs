using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Instances;

namespace BftSmr.Reads;

/// <summary>
/// Unordered reads. A read is answered once every instance that this replica had sent ACCEPT for when the read arrived
/// is executed: an operation acknowledged before the read was sent has q ACCEPTs, so among any q answers is one of a
/// correct replica that executed it (docs/spec/client/linearizability.md).
/// </summary>
internal sealed class ReadQueue(ReplicaContext context, DecidedLog log, IOrdering ordering, StateRebuild rebuild)
{
    private const int WaitingMax = 4096;

    private readonly Queue<(Instance Barrier, PendingRead Read)> _waiting = new();

    /// <summary>What answers say of the regency.</summary>
    public Regency Regency => ordering.Regency;

    private bool MayAnswer => ordering.AnswersReads && !rebuild.IsActive;

    public void Admit(in PendingRead read, long agreedTimeMicros)
    {
        if (ordering.ReadBarrier <= log.LastExecuted && MayAnswer) Answer(read, agreedTimeMicros);
        else if (_waiting.Count < WaitingMax) _waiting.Enqueue((ordering.ReadBarrier, read));
        else context.Effects.Reject(read.Client, RejectReason.Overloaded);
    }

    /// <summary>Something was executed. Barriers only grow, so the first that does not hold ends the search.</summary>
    public void Release(long agreedTimeMicros)
    {
        while (_waiting.TryPeek(out (Instance Barrier, PendingRead Read) next) && next.Barrier <= log.LastExecuted
            && MayAnswer)
        {
            _waiting.Dequeue();
            Answer(next.Read, agreedTimeMicros);
        }
    }

    private void Answer(in PendingRead read, long agreedTimeMicros)
    {
        Invariant.Holds(
            MayAnswer, "a replica that may have forgotten votes, or whose state is wrong, gives no answer to a read");
        context.Effects.Add(
            new AnswerReadEffect(read.Client, read.Read, ordering.Regency, agreedTimeMicros) { Relay = read.Relay });
    }
}

/// <summary>A read that is to be answered.</summary>
/// <param name="Client">The client that issued it.</param>
/// <param name="Read">The read.</param>
/// <param name="Relay">The replica that the client asked for the reply shares of several; null if it asked this one for
/// its own answer.</param>
internal readonly record struct PendingRead(ClientId Client, Read Read, ReplicaId? Relay);
