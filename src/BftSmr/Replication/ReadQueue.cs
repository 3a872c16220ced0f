using BftSmr.Consensus;
using BftSmr.Messages;

namespace BftSmr.Replication;

/// <summary>
/// Unordered reads. A read is answered once every instance that this replica had sent ACCEPT for when the read arrived is executed: an operation
/// acknowledged before the read was sent has q ACCEPTs, so among any q answers is one of a correct replica that executed it (spec/client.md).
/// </summary>
internal sealed class ReadQueue(ReplicaContext context, ConsensusWindow window)
{
    private const int WaitingMax = 4096;

    private readonly Queue<(Instance Barrier, ReadInput Input)> _waiting = new();

    public void Admit(ReadInput input, long agreedTimeMicros)
    {
        if (window.LastAccepted <= window.LastExecuted && window.LastExecuted >= window.SilentUntil) Answer(input, agreedTimeMicros);
        else if (_waiting.Count < WaitingMax) _waiting.Enqueue((window.LastAccepted, input));
        else context.Effects.Reject(input.Client, RejectReason.Overloaded);
    }

    /// <summary>Something was executed. Barriers only grow, so the first that does not hold ends the search.</summary>
    public void Release(long agreedTimeMicros)
    {
        while (_waiting.TryPeek(out (Instance Barrier, ReadInput Input) next) && next.Barrier <= window.LastExecuted && window.LastExecuted >= window.SilentUntil)
        {
            _waiting.Dequeue();
            Answer(next.Input, agreedTimeMicros);
        }
    }

    private void Answer(ReadInput input, long agreedTimeMicros) =>
        context.Effects.Add(new AnswerReadEffect(input.Client, input.Read, window.Regency, agreedTimeMicros));
}
