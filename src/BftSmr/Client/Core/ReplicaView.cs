using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// What a client believes of the replicas: whose links are up, which one leads, which ones are worth asking. It
/// believes the highest regency that f+1 replicas stated, so that f liars can neither name a leader nor hold one back
/// by stating less. Invariants: a link that is up has not failed; each replica has one place in the ranking.
/// </summary>
internal sealed class ReplicaView
{
    private readonly ClientSettings _settings;
    private readonly long[] _stated;
    private readonly long[] _avoidUntil;
    private readonly long[] _avoidance;
    private readonly int[] _ranking;
    private readonly long[] _scratch;
    private int _rotation;
    private long _rankingValidUntil = long.MinValue;
    private ReplicaSet _failedLinks;

    public ReplicaView(ClientSettings settings)
    {
        _settings = settings;
        int replicas = settings.Quorums.Replicas;
        Everyone = ReplicaSet.AllOf(replicas);
        _stated = new long[replicas];
        _scratch = new long[replicas];
        _avoidUntil = new long[replicas];
        _avoidance = new long[replicas];
        _ranking = new int[replicas];
    }

    /// <summary>All replicas.</summary>
    public ReplicaSet Everyone { get; }

    /// <summary>The replicas whose links are up.</summary>
    public ReplicaSet Up { get; private set; }

    public int UpCount => Up.Count;

    public Regency Regency { get; private set; }

    public ReplicaId Leader => _settings.Quorums.LeaderOf(Regency);

    public bool IsLeaderUp => IsUp(Leader);

    /// <summary>The leader's link was up and broke, so waiting for it is vain.</summary>
    public bool HasLeaderFailed => _failedLinks.Contains(Leader);

    public bool IsUp(ReplicaId replica) => Up.Contains(replica);

    /// <summary>Another session prefers other replicas, so that the load spreads.</summary>
    public void Rotate(SessionId session)
    {
        _rotation = (int)(Spread.Mix(session.Nonce ^ (ulong)session.Client.Value << 48) % (ulong)_ranking.Length);
        _rankingValidUntil = long.MinValue;
    }

    public void LinkUp(ReplicaId replica)
    {
        Up = Up.With(replica);
        _failedLinks = _failedLinks.Without(replica);
        Invariant.Holds(_failedLinks.Intersect(Up).IsEmpty, "a link that is up has not failed");
        _rankingValidUntil = long.MinValue;
    }

    public void LinkDown(ReplicaId replica)
    {
        if (IsUp(replica)) _failedLinks = _failedLinks.With(replica);
        Up = Up.Without(replica);
        Invariant.Holds(_failedLinks.Intersect(Up).IsEmpty, "a link that failed is not up");
        _rankingValidUntil = long.MinValue;
    }

    /// <summary>A replica stated its regency. True if that changed the believed one.</summary>
    public bool Hear(ReplicaId from, Regency regency)
    {
        if (regency.Value <= _stated[from.Value]) return false;
        _stated[from.Value] = regency.Value;
        if (regency <= Regency) return false;
        _stated.CopyTo(_scratch, 0);
        Array.Sort(_scratch);
        Regency believed = new(_scratch[^_settings.Quorums.OneCorrect]);
        if (believed <= Regency) return false;
        Regency = believed;
        _rankingValidUntil = long.MinValue;
        return true;
    }

    /// <summary>These replicas failed to answer, or lied: others are preferred for a while.</summary>
    public void Avoid(ReplicaSet replicas, long nowMicros)
    {
        foreach (ReplicaId avoided in replicas)
        {
            int replica = avoided.Value;
            if (_avoidUntil[replica] > nowMicros) continue;
            bool again = _avoidance[replica] > 0 && nowMicros - _avoidUntil[replica] < _avoidance[replica];
            _avoidance[replica] = again
                ? Math.Min(2 * _avoidance[replica], _settings.AvoidanceMaxMicros)
                : _settings.AvoidanceMinMicros;
            _avoidUntil[replica] = nowMicros + _avoidance[replica];
            _rankingValidUntil = long.MinValue;
        }
    }

    /// <summary>
    /// The replicas to prefer: reachable and trustworthy ones first; the leader, which has most to do, after
    /// the others; rotated by session so that the load spreads.
    /// </summary>
    public ReplicaSet Preferred(int count, long nowMicros)
    {
        if (nowMicros >= _rankingValidUntil) Rank(nowMicros);
        ReplicaSet preferred = ReplicaSet.Empty;
        for (int i = 0; i < count; i++) preferred = preferred.With(new ReplicaId(_ranking[i]));
        Invariant.Holds(preferred.Count == count, "each replica has one place in the ranking");
        return preferred;
    }

    /// <summary>
    /// One of the first <paramref name="count"/> preferred ones, taking turns, that is not avoided unless all are.
    /// </summary>
    public ReplicaId PreferredTurn(int count, ulong turn, long nowMicros)
    {
        if (nowMicros >= _rankingValidUntil) Rank(nowMicros);
        int best = Tier(_ranking[0], nowMicros);
        int equals = 1;
        while (equals < count && Tier(_ranking[equals], nowMicros) <= Math.Max(best, (int)Standing.Leader)) equals++;
        return new ReplicaId(_ranking[(int)(turn % (ulong)equals)]);
    }

    private void Rank(long nowMicros)
    {
        int replicas = _ranking.Length;
        for (int i = 0; i < replicas; i++)
        {
            int candidate = (_rotation + i) % replicas;
            int at = i;
            while (at > 0 && Compare(candidate, _ranking[at - 1], nowMicros) < 0)
            {
                _ranking[at] = _ranking[at - 1];
                at--;
            }
            _ranking[at] = candidate;
        }
        _rankingValidUntil = long.MaxValue;
        foreach (long until in _avoidUntil)
        {
            if (until > nowMicros) _rankingValidUntil = Math.Min(_rankingValidUntil, until);
        }
    }

    private int Compare(int left, int right, long nowMicros)
    {
        int order = Tier(left, nowMicros).CompareTo(Tier(right, nowMicros));
        if (order != 0 || Tier(left, nowMicros) != (int)Standing.Avoided) return order;
        return _avoidUntil[left].CompareTo(_avoidUntil[right]);
    }

    private int Tier(int replica, long nowMicros)
    {
        if (!IsUp(new ReplicaId(replica))) return (int)Standing.Unreachable;
        if (_avoidUntil[replica] > nowMicros) return (int)Standing.Avoided;
        return replica == Leader.Value ? (int)Standing.Leader : (int)Standing.Good;
    }

    private enum Standing
    {
        Good,
        Leader,
        Avoided,
        Unreachable,
    }
}
