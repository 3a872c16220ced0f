using BftSmr.Messages;

namespace BftSmr.Consensus;

/// <summary>The latest vote of each replica in one phase of one instance.</summary>
internal sealed class VoteBook(int replicas)
{
    private readonly Vote?[] _votes = new Vote?[replicas];

    /// <summary>
    /// Takes a vote. A vote of an earlier regency than the one held, or another value in the same regency, is not taken: a correct replica votes
    /// once per regency, and never goes back.
    /// </summary>
    public bool TryRecord(ReplicaId from, Vote vote)
    {
        ref Vote? held = ref _votes[from.Value];
        if (held is { } h && (vote.Regency < h.Regency || (vote.Regency == h.Regency && vote.Value != h.Value))) return false;
        held = vote;
        return true;
    }

    public Vote? Of(ReplicaId replica) => _votes[replica.Value];

    public int Count(Vote vote)
    {
        int count = 0;
        foreach (Vote? held in _votes)
        {
            if (held == vote) count++;
        }
        return count;
    }

    /// <summary>The vote that a quorum casts, in this regency if one is given; null if there is none.</summary>
    public Vote? QuorumOf(int quorum, Regency? regency = null)
    {
        // Of any quorum at least one member is among the first n-q+1 replicas.
        for (int i = 0; i <= _votes.Length - quorum; i++)
        {
            if (_votes[i] is { } vote && (regency is null || vote.Regency == regency) && Count(vote) >= quorum) return vote;
        }
        return null;
    }
}
