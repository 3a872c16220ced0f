using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// What each replica says about the outcome of one operation: a status and the digest of the result. A replica has one
/// vote, its latest: a correct one changes it only when it has forgotten a reply, or read a newer state; a faulty one
/// gains nothing by changing it. Invariants: a replica that gave the whole result has voted; only votes that were cast
/// are compared; a reply share is a vote of a replica that has none.
/// </summary>
internal sealed class Ballot(int replicas)
{
    private readonly Vote[] _votes = new Vote[replicas];

    /// <summary>The replicas that voted.</summary>
    public ReplicaSet Voters { get; private set; }

    /// <summary>The replicas that gave the whole result.</summary>
    public ReplicaSet WholeVoters { get; private set; }

    /// <summary>Takes a reply in.</summary>
    /// <param name="from">The replica that sent it.</param>
    /// <param name="status">What it states.</param>
    /// <param name="isDigest">Whether the result is a digest.</param>
    /// <param name="result">The result or its digest.</param>
    /// <param name="wholeExpected">Whether a large result is worth keeping: it was asked for.</param>
    public CastResult Cast(
        ReplicaId from, ReplyStatus status, bool isDigest, ReadOnlyMemory<byte> result, bool wholeExpected)
    {
        if (isDigest && result.Length != Digest.Size) return CastResult.Malformed;
        Digest digest = isDigest ? new Digest(result.Span) : DigestOf(result);
        bool keep = !isDigest && (wholeExpected || result.Length <= Digest.Size);
        return Cast(from, status, digest, keep, result);
    }

    /// <summary>A replica that has not voted does, by its reply share that another one passed on.</summary>
    public void Cast(in ReadVoucher voucher)
    {
        Invariant.Holds(!Voters.Contains(voucher.From), "a reply share of a read is the vote of a replica without one");
        Cast(voucher.From, voucher.Status, voucher.Result, keep: false, default);
    }

    private CastResult Cast(ReplicaId from, ReplyStatus status, Digest digest, bool keep, ReadOnlyMemory<byte> result)
    {
        ref Vote vote = ref _votes[from.Value];
        bool voted = Voters.Contains(from);
        bool same = voted && vote.Status == status && vote.Digest == digest;
        if (same && (!keep || WholeVoters.Contains(from))) return CastResult.Duplicate;
        vote = new Vote(status, digest, keep ? result : default);
        Voters = Voters.With(from);
        WholeVoters = keep ? WholeVoters.With(from) : WholeVoters.Without(from);
        Invariant.Holds(WholeVoters.IsSubsetOf(Voters), "a replica that gave the whole result has voted");
        return voted && !same ? CastResult.Changed : CastResult.Counted;
    }

    /// <summary>A replica that has not voted states the same as another one, which has.</summary>
    public void Second(ReplicaId voucher, ReplicaId of)
    {
        Invariant.Holds(
            Voters.Contains(of) && !Voters.Contains(voucher), "a reply share repeats a vote for a replica without one");
        _votes[voucher.Value] = _votes[of.Value] with { Result = default };
        Voters = Voters.With(voucher);
    }

    /// <summary>The digest that a replica, which must have voted, stated.</summary>
    public Digest DigestOf(ReplicaId replica)
    {
        Invariant.Holds(Voters.Contains(replica), "a digest is asked of a replica that has voted");
        return _votes[replica.Value].Digest;
    }

    /// <summary>The replicas whose vote equals that of the given one, which must have voted.</summary>
    public ReplicaSet AgreeingWith(ReplicaId replica)
    {
        Invariant.Holds(Voters.Contains(replica), "votes are compared with one that was cast");
        ref Vote mine = ref _votes[replica.Value];
        ReplicaSet agreeing = ReplicaSet.Empty;
        foreach (ReplicaId other in Voters)
        {
            ref Vote vote = ref _votes[other.Value];
            if (vote.Status == mine.Status && vote.Digest == mine.Digest) agreeing = agreeing.With(other);
        }
        return agreeing;
    }

    /// <summary>
    /// The replicas that cast the most frequent vote (that of the lowest replica, if several are as frequent).
    /// </summary>
    public ReplicaSet Largest()
    {
        ReplicaSet largest = ReplicaSet.Empty;
        foreach (ReplicaId voter in Voters)
        {
            ReplicaSet agreeing = AgreeingWith(voter);
            if (agreeing.Count > largest.Count) largest = agreeing;
        }
        return largest;
    }

    /// <summary>A whole result among the votes of these replicas, which must be equal.</summary>
    public bool TryGetResult(ReplicaSet among, out ReadOnlyMemory<byte> result)
    {
        ReplicaSet holders = among.Intersect(WholeVoters);
        result = holders.IsEmpty ? default : _votes[holders.First().Value].Result;
        return !holders.IsEmpty;
    }

    /// <summary>Forgets all votes.</summary>
    public void Clear()
    {
        if (!Voters.IsEmpty) Array.Clear(_votes);
        Voters = WholeVoters = ReplicaSet.Empty;
    }

    // Correct replicas send equal bytes: comparing them is cheaper than hashing them again.
    private Digest DigestOf(ReadOnlyMemory<byte> result)
    {
        foreach (ReplicaId voter in WholeVoters)
        {
            ref Vote vote = ref _votes[voter.Value];
            if (vote.Result.Span.SequenceEqual(result.Span)) return vote.Digest;
        }
        return Blake2b.Hash(result.Span);
    }

    private readonly record struct Vote(ReplyStatus Status, Digest Digest, ReadOnlyMemory<byte> Result);
}

/// <summary>What became of a reply.</summary>
internal enum CastResult
{
    /// <summary>The replica's first vote, or the whole result to its digest.</summary>
    Counted,

    /// <summary>Nothing new.</summary>
    Duplicate,

    /// <summary>The replica had said something else before.</summary>
    Changed,

    /// <summary>Not a possible reply.</summary>
    Malformed,
}
