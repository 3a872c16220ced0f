using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// The latest vote of each replica in one phase of one instance: by vote, the replicas that cast it. There is one vote
/// as a rule, and thousands of instances are kept.
/// </summary>
internal sealed class VoteBook
{
    private Tally[] _tallies = [];

    /// <summary>
    /// Takes a vote. A vote of an earlier regency than the one held, or another value in the same regency, is not
    /// taken: a correct replica votes once per regency, and never goes back.
    /// </summary>
    public bool TryRecord(ReplicaId from, Vote vote)
    {
        int held = IndexOf(from);
        if (held >= 0)
        {
            Vote before = _tallies[held].Vote;
            if (vote == before) return true;
            if (vote.Regency <= before.Regency) return false;
            _tallies[held].Voters = _tallies[held].Voters.Without(from);
        }
        ref Tally tally = ref TallyFor(vote);
        tally.Voters = tally.Voters.With(from);
        return true;
    }

    public Vote? Of(ReplicaId replica) => IndexOf(replica) is >= 0 and int index ? _tallies[index].Vote : null;

    public int Count(Vote vote) => VotersFor(vote).Count;

    public ReplicaSet VotersFor(Vote vote)
    {
        foreach (ref readonly Tally tally in _tallies.AsSpan())
        {
            if (tally.Vote == vote) return tally.Voters;
        }
        return ReplicaSet.Empty;
    }

    /// <summary>The vote that a quorum casts, in this regency if one is given; null if there is none.</summary>
    public Vote? QuorumOf(int quorum, Regency? regency = null)
    {
        foreach (ref readonly Tally tally in _tallies.AsSpan())
        {
            if (tally.Voters.Count >= quorum && (regency is null || tally.Vote.Regency == regency))
                return tally.Vote;
        }
        return null;
    }

    private int IndexOf(ReplicaId voter)
    {
        for (int i = 0; i < _tallies.Length; i++)
        {
            if (_tallies[i].Voters.Contains(voter)) return i;
        }
        return -1;
    }

    // Each vote has one tally at most, also when all that cast it have left it: the first found counts. The place of a
    // tally that is empty is used for another vote, so there are at most as many as there are replicas.
    private ref Tally TallyFor(Vote vote)
    {
        for (int i = 0; i < _tallies.Length; i++)
        {
            if (_tallies[i].Vote == vote) return ref _tallies[i];
        }
        int free = Array.FindIndex(_tallies, static tally => tally.Voters.IsEmpty);
        if (free < 0)
        {
            free = _tallies.Length;
            Array.Resize(ref _tallies, free + 1);
        }
        _tallies[free] = new Tally { Vote = vote };
        return ref _tallies[free];
    }

    private struct Tally
    {
        public Vote Vote;
        public ReplicaSet Voters;
    }
}
