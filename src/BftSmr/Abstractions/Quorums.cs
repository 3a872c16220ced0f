using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// All quorum arithmetic, in one place: n replicas, at most f of them faulty, and a named rule that says what f means.
/// Immutable.
/// </summary>
public sealed record Quorums
{
    /// <summary>The largest membership: a set of replicas has 64 bits.</summary>
    public const int ReplicasMax = ReplicaSet.ReplicasMax;

    /// <summary>The most faulty replicas that any membership bears.</summary>
    public const int FaultyMax = (ReplicasMax - 1) / 3;

    private Quorums(int replicas, int faulty, int replicasMin, int write, int install)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(faulty);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, replicasMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replicas, ReplicasMax);
        (Replicas, Faulty, Write, Install) = (replicas, faulty, write, install);
        Invariant.Holds(
            Write <= replicas && OneCorrect <= Available, "every quorum can be reached without f of the replicas");
    }

    /// <summary>
    /// Plain replicas, f of which may fail arbitrarily: n >= 3f+1. Two write quorums meet in a correct replica; f+1
    /// replicas hold a correct one.
    /// </summary>
    /// <param name="replicas">n, at most <see cref="ReplicasMax"/>.</param>
    /// <param name="faulty">f.</param>
    /// <exception cref="ArgumentOutOfRangeException">The membership cannot bear that many faults, or is too
    /// large.</exception>
    internal static Quorums Byzantine(int replicas, int faulty) =>
        new(
            replicas, faulty, ByzantineReplicasMin(faulty), write: (replicas + faulty + 2) / 2,
            install: 2 * faulty + 1);

    /// <summary>
    /// Replicas whose statements a trusted counter numbers, so that none says two things at one place: n >= 2f+1. Two
    /// write quorums meet in a replica; f+1 replicas hold a correct one.
    /// </summary>
    /// <param name="replicas">n, at most <see cref="ReplicasMax"/>.</param>
    /// <param name="faulty">f.</param>
    /// <exception cref="ArgumentOutOfRangeException">The membership cannot bear that many faults, or is too
    /// large.</exception>
    internal static Quorums TrustedCounter(int replicas, int faulty) =>
        new(replicas, faulty, TrustedCounterReplicasMin(faulty), write: replicas / 2 + 1, install: replicas / 2 + 1);

    /// <summary>3f+1: the fewest replicas of <see cref="Byzantine"/>.</summary>
    internal static int ByzantineReplicasMin(int faulty) => 3 * faulty + 1;

    /// <summary>2f+1: the fewest replicas of <see cref="TrustedCounter"/>.</summary>
    internal static int TrustedCounterReplicasMin(int faulty) => 2 * faulty + 1;

    /// <summary>n.</summary>
    public int Replicas { get; }

    /// <summary>f.</summary>
    public int Faulty { get; }

    /// <summary>
    /// What decides: ceil((n+f+1)/2) of plain replicas, 2f+1 when n = 3f+1; a majority with trusted counters.
    /// </summary>
    public int Write { get; private init; }

    /// <summary>Signatures that make a checkpoint stable: as many as decide.</summary>
    public int Stable => Write;

    /// <summary>Equal answers that an unordered read needs: as many as decide.</summary>
    public int Read => Write;

    /// <summary>Links that a client waits for before it begins: as many as decide.</summary>
    public int Connect => Write;

    /// <summary>f+1: at least one of them is correct.</summary>
    public int OneCorrect => Faulty + 1;

    /// <summary>
    /// What installs a regency: a majority of the correct replicas is among them. 2f+1 of plain replicas.
    /// </summary>
    public int Install { get; }

    /// <summary>n-f: as many as can be waited for.</summary>
    public int Available => Replicas - Faulty;

    /// <summary>The leader of a regency.</summary>
    public ReplicaId LeaderOf(Regency regency) => new((int)(regency.Value % Replicas));

    /// <summary>For tests that must see it fail: the same membership, with a write quorum that is too small.</summary>
    internal Quorums Weakened(int write) => this with { Write = write };
}
