using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// What a client believes of the replicas: whose links are up, which one leads, which ones are worth asking. It
/// believes the highest regency that f+1 replicas stated, so that f liars can neither name a leader nor hold one back
/// by stating less. A replica that was avoided is on trial afterwards: one operation at a time asks it, until it has
/// answered one. Invariants: a link that is up has not failed; each replica has one place in the ranking.
/// </summary>
internal sealed class ReplicaView
{
    private readonly ClientSettings _settings;
    private readonly long[] _stated;
    private readonly long[] _avoidUntil;
    private readonly long[] _avoidance;
    private readonly long[] _triedMicros;
    private readonly int[] _ranking;
    private readonly long[] _scratch;
    private int _rotation;
    private long _rankingValidUntil = long.MinValue;
    private ReplicaSet _failedLinks;
    private ReplicaSet _doubted;

    public ReplicaView(ClientSettings settings)
    {
        _settings = settings;
        int replicas = settings.Quorums.Replicas;
        Everyone = ReplicaSet.AllOf(replicas);
        _stated = new long[replicas];
        _scratch = new long[replicas];
        _avoidUntil = new long[replicas];
        _avoidance = new long[replicas];
        _triedMicros = new long[replicas];
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
            _triedMicros[replica] = long.MinValue;
            _doubted = _doubted.With(avoided);
            _rankingValidUntil = long.MinValue;
        }
    }

    /// <summary>
    /// Answers of these replicas are missing: those that were avoided before are to blame, or, if there are none, those
    /// that may be.
    /// </summary>
    public void Blame(ReplicaSet missing, ReplicaSet suspects, long nowMicros)
    {
        ReplicaSet again = missing.Intersect(_doubted);
        Avoid(again.IsEmpty ? suspects : again, nowMicros);
    }

    /// <summary>These replicas stated the outcome of an operation that was sent at that time.</summary>
    public void Trust(ReplicaSet replicas, long sentMicros)
    {
        foreach (ReplicaId replica in replicas.Intersect(_doubted))
        {
            if (_triedMicros[replica.Value] == long.MinValue || sentMicros < _triedMicros[replica.Value]) continue;
            _doubted = _doubted.Without(replica);
            _rankingValidUntil = long.MinValue;
        }
    }

    /// <summary>
    /// The replicas to ask: reachable and trustworthy ones first; the leader, which has most to do, after the others;
    /// rotated by session so that the load spreads. One of them, taking turns, is to answer whole: none that is avoided
    /// or on trial, unless all are.
    /// </summary>
    public ReplicaSet Choose(int count, ulong turn, long nowMicros, out ReplicaId full)
    {
        if (nowMicros >= _rankingValidUntil) Rank(nowMicros);
        ReplicaSet chosen = ReplicaSet.Empty;
        for (int i = 0; i < count; i++) chosen = chosen.With(new ReplicaId(_ranking[i]));
        Invariant.Holds(chosen.Count == count, "each replica has one place in the ranking");
        full = Turn(count, turn, nowMicros);
        foreach (ReplicaId tried in chosen.Intersect(_doubted))
        {
            if (_avoidUntil[tried.Value] > nowMicros || IsOnTrial(tried.Value, nowMicros)) continue;
            _triedMicros[tried.Value] = nowMicros;
            _rankingValidUntil = long.MinValue;
        }
        return chosen;
    }

    private ReplicaId Turn(int count, ulong turn, long nowMicros)
    {
        int best = Tier(_ranking[0], nowMicros);
        int equals = 1;
        while (equals < count && Tier(_ranking[equals], nowMicros) <= Math.Max(best, (int)Standing.Leader)) equals++;
        for (int i = 0; i < equals; i++)
        {
            ReplicaId full = new(_ranking[(int)((turn + (ulong)i) % (ulong)equals)]);
            if (!_doubted.Contains(full)) return full;
        }
        return new ReplicaId(_ranking[(int)(turn % (ulong)equals)]);
    }

    /// <summary>An operation asks a replica that was avoided, and has no answer of it yet.</summary>
    private bool IsOnTrial(int replica, long nowMicros) =>
        _triedMicros[replica] > nowMicros - _settings.AvoidanceMinMicros;

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
        foreach (ReplicaId doubted in _doubted)
        {
            long until = IsOnTrial(doubted.Value, nowMicros)
                ? _triedMicros[doubted.Value] + _settings.AvoidanceMinMicros
                : _avoidUntil[doubted.Value];
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
        if (_doubted.Contains(new ReplicaId(replica)) && IsOnTrial(replica, nowMicros)) return (int)Standing.Avoided;
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
