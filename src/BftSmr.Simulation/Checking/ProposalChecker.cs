using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Watches what a correct leader puts to the vote: a request in one instance of a regency. What it forgets, in a
/// restart or because it installs a state, it may propose again. A replica that says that it is behind proposes
/// nothing.
/// </summary>
internal sealed class ProposalChecker(World world, ReplicaId replica)
{
    private readonly Dictionary<(SessionId, ulong), Instance> _places = [];
    private Regency _regency;
    private bool _isBehind;

    /// <summary>The replica forgot what it had proposed, and what it had said.</summary>
    public void Forget()
    {
        _places.Clear();
        _isBehind = false;
    }

    /// <summary>Looks at an effect; only one that sends a proposal counts.</summary>
    public void Check(Effect effect)
    {
        if (effect is BroadcastEffect { Message: Status status }) _isBehind = status.IsBehind;
        if (effect is not BroadcastEffect { Message: Propose proposal }) return;
        if (_isBehind)
            world.Violate("proposals", $"{replica} says that it is behind, and proposes {proposal.Instance}.");
        if (proposal.Regency != _regency) _places.Clear();
        _regency = proposal.Regency;
        foreach (Request request in proposal.Batch.Requests)
        {
            (SessionId Session, ulong Sequence) key = (request.Session, request.Sequence);
            if (_places.TryAdd(key, proposal.Instance) || _places[key] == proposal.Instance) continue;
            string places = $"at {_places[key]} and at {proposal.Instance}";
            world.Violate("proposals", $"{replica} proposes {key.Session}/{key.Sequence} {places}.");
            return;
        }
    }
}
