using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Holds the votes of correct replicas against each other, as their takers remember them: in an instance and a
/// regency, no two correct replicas hold different values for which a third, correct one sent WRITE, or ACCEPT, in
/// whichever of its runs. A replica that restarts remembers none.
/// </summary>
/// <param name="world">Where a violation is told.</param>
/// <param name="isCorrect">Whether a replica keeps to the protocol.</param>
internal sealed class VoteChecker(World world, Func<ReplicaId, bool> isCorrect)
{
    /// <summary>Votes of older instances are looked at no more.</summary>
    private const int InstancesKept = 500;

    private readonly Dictionary<(ReplicaId Sender, Instance, Regency, bool IsAccept), Held> _votes = [];
    private Instance _highest, _pruned;

    /// <summary>A correct replica takes a message; only a vote of another correct one counts.</summary>
    public void Taken(ReplicaId taker, Input input)
    {
        if (input is not PeerInput peer || !isCorrect(peer.From)) return;
        if (peer.Message is Write w) Take(taker, (peer.From, w.Instance, w.Regency, false), w.Instance, w.Value);
        else if (peer.Message is Accept a) Take(taker, (peer.From, a.Instance, a.Regency, true), a.Instance, a.Value);
    }

    /// <summary>A replica ends, and with it what it remembers.</summary>
    public void Forget(ReplicaId taker)
    {
        foreach ((ReplicaId, Instance, Regency, bool) key in _votes.Keys.ToArray())
        {
            Held held = _votes[key];
            if (held.Takers == ReplicaSet.Of(taker)) _votes.Remove(key);
            else _votes[key] = held with { Takers = held.Takers.Without(taker) };
        }
    }

    private void Take(
        ReplicaId taker, (ReplicaId Sender, Instance, Regency, bool IsAccept) key, Instance instance, Digest value)
    {
        if (!_votes.TryGetValue(key, out Held held)) held = new Held(value, ReplicaSet.Empty);
        if (held.Value != value)
        {
            string phase = key.IsAccept ? "ACCEPT" : "WRITE";
            world.Violate(
                "votes",
                $"{key.Sender} sent {phase} for two values in {instance}: {taker} took one, and of "
                + $"{held.Takers.Count} others each holds another.");
            return;
        }
        _votes[key] = held with { Takers = held.Takers.With(taker) };
        _highest = Instance.Max(_highest, instance);
        if (_highest - _pruned > 2 * InstancesKept) Prune();
    }

    private void Prune()
    {
        _pruned = new Instance(_highest.Value - InstancesKept);
        foreach ((ReplicaId, Instance Instance, Regency, bool) key in _votes.Keys.ToArray())
        {
            if (key.Instance < _pruned) _votes.Remove(key);
        }
    }

    /// <summary>What a vote was for, and which replicas hold it.</summary>
    private readonly record struct Held(Digest Value, ReplicaSet Takers);
}
