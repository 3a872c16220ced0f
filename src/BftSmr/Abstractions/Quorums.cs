using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// All quorum arithmetic, in one place. n replicas, at most f of them faulty, n >= 3f+1.
/// Two write quorums meet in a correct replica; f+1 replicas hold a correct one.
/// </summary>
public sealed record Quorums
{
    /// <summary>The largest membership: replica sets are kept as 64-bit masks.</summary>
    public const int ReplicasMax = 64;

    /// <summary>Sizes for <paramref name="replicas"/> replicas of which <paramref name="faulty"/> may be faulty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The membership cannot bear that many faults, or is larger than <see cref="ReplicasMax"/>.</exception>
    public Quorums(int replicas, int faulty)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(faulty);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 3 * faulty + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replicas, ReplicasMax);
        Replicas = replicas;
        Faulty = faulty;
        Write = (replicas + faulty + 2) / 2;
    }

    /// <summary>n.</summary>
    public int Replicas { get; }

    /// <summary>f.</summary>
    public int Faulty { get; }

    /// <summary>q = ceil((n+f+1)/2): WRITE, ACCEPT, stable checkpoint, unordered read. 2f+1 when n = 3f+1.</summary>
    public int Write { get; init; }

    /// <summary>f+1: at least one of them is correct.</summary>
    public int OneCorrect => Faulty + 1;

    /// <summary>2f+1: a majority of correct replicas among them; installs a regency.</summary>
    public int Install => 2 * Faulty + 1;

    /// <summary>n-f: as many as can be waited for.</summary>
    public int Available => Replicas - Faulty;

    /// <summary>The leader of a regency.</summary>
    public ReplicaId LeaderOf(Regency regency) => new((int)(regency.Value % Replicas));
}
