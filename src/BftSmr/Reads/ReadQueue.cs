using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;

namespace BftSmr.Reads;

/// <summary>
/// Unordered reads. A read is answered once every instance that this replica had sent ACCEPT for when the read arrived is executed: an operation
/// acknowledged before the read was sent has q ACCEPTs, so among any q answers is one of a correct replica that executed it (spec/client.md).
/// </summary>
internal sealed class ReadQueue(ReplicaContext context, ConsensusWindow window)
{
    private const int WaitingMax = 4096;

    private readonly Queue<(Instance Barrier, PendingRead Read)> _waiting = new();

    public void Admit(in PendingRead read, long agreedTimeMicros)
    {
        if (window.LastAccepted <= window.LastExecuted && window.LastExecuted >= window.SilentUntil) Answer(read, agreedTimeMicros);
        else if (_waiting.Count < WaitingMax) _waiting.Enqueue((window.LastAccepted, read));
        else context.Effects.Reject(read.Client, RejectReason.Overloaded);
    }

    /// <summary>Something was executed. Barriers only grow, so the first that does not hold ends the search.</summary>
    public void Release(long agreedTimeMicros)
    {
        while (_waiting.TryPeek(out (Instance Barrier, PendingRead Read) next) && next.Barrier <= window.LastExecuted && window.LastExecuted >= window.SilentUntil)
        {
            _waiting.Dequeue();
            Answer(next.Read, agreedTimeMicros);
        }
    }

    private void Answer(in PendingRead read, long agreedTimeMicros) =>
        context.Effects.Add(new AnswerReadEffect(read.Client, read.Read, window.Regency, agreedTimeMicros) { Relay = read.Relay });
}

/// <summary>A read that is to be answered.</summary>
/// <param name="Client">Whose it is.</param>
/// <param name="Read">The read.</param>
/// <param name="Relay">The replica that the client asked for the word of several; null if it asked this one for its own.</param>
internal readonly record struct PendingRead(ClientId Client, Read Read, ReplicaId? Relay);
