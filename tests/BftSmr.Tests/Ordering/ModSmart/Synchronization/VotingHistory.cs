using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Synchronization;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

/// <summary>
/// One instance through several regencies, as correct replicas may vote in it with any f others and any network. A
/// faulty leader may show each replica another conclusive collection. Each votes once a regency, for the bound value if
/// there is one. A replica that could see a quorum of WRITEs may have seen it; where enough have, the value may be
/// decided.
/// </summary>
internal sealed class VotingHistory
{
    private static readonly Instance Only = new(1);
    private static readonly Digest[] Values =
        [.. Enumerable.Range(1, 3).Select(static i => new Digest([.. Enumerable.Repeat((byte)i, Digest.Size)]))];

    private readonly Random _random;
    private readonly Quorums _quorums;
    private readonly Dictionary<Digest, Regency>[] _writeSets;
    private readonly Vote?[] _written;

    public VotingHistory(int seed, int f)
    {
        _random = new Random(seed);
        _quorums = Quorums.Byzantine(3 * f + 1, f);
        Correct = _quorums.Replicas - f;
        _writeSets = [.. Enumerable.Range(0, Correct).Select(static _ => new Dictionary<Digest, Regency>())];
        _written = new Vote?[Correct];
    }

    public Quorums Quorums => _quorums;

    /// <summary>How many replicas are correct: those with the lowest ids.</summary>
    public int Correct { get; }

    /// <summary>What may have been decided somewhere.</summary>
    public HashSet<Digest> Decided { get; } = [];

    public Regency Next { get; private set; }

    /// <summary>One more regency, with whatever can happen in it.</summary>
    public void Advance()
    {
        Regency regency = Next;
        Next = new Regency(regency.Value + 1);
        Digest favourite = Values[_random.Next(Values.Length)];
        Digest?[] votes = new Digest?[Correct];
        for (int i = 0; i < Correct; i++)
        {
            if (_random.Next(4) == 0) continue; // it hears nothing of this regency
            if (!TryChoose(regency, favourite, out Digest value)) continue;
            votes[i] = value;
            _writeSets[i][value] = regency;
        }
        foreach (Digest value in Values)
        {
            if (votes.Count(v => v == value) + _quorums.Faulty < _quorums.Write) continue;
            int accepts = 0;
            for (int i = 0; i < Correct; i++)
            {
                if (_random.Next(3) == 0) continue; // the WRITEs do not reach it in time
                _written[i] = new Vote(regency, value);
                accepts++;
            }
            if (accepts + _quorums.Faulty >= _quorums.Write) Decided.Add(value);
        }
    }

    /// <summary>STOPDATA of all correct replicas, as they would sign it now.</summary>
    public StopData[] Honest() => [.. Enumerable.Range(0, Correct).Select(StopDataOf)];

    /// <summary>
    /// A collection as a faulty leader may put it together: some of the correct replicas' STOPDATA, and anything that
    /// the others sign.
    /// </summary>
    public StopData[] Collected()
    {
        int lies = _random.Next(_quorums.Faulty + 1);
        StopData[] honest = Honest();
        _random.Shuffle(honest);
        int least = Math.Max(0, _quorums.Available - lies);
        return [.. honest.Take(_random.Next(least, honest.Length + 1)), .. Enumerable.Range(Correct, lies).Select(Lie)];
    }

    private bool TryChoose(Regency regency, Digest favourite, out Digest value)
    {
        value = _random.Next(4) == 0 ? Values[_random.Next(Values.Length)] : favourite;
        if (regency.Value == 0) return true;
        if (SyncEvaluation.TryEvaluate(_quorums, Collected()) is not { } evaluation) return false;
        if (evaluation.Values.TryGetValue(Only.Value, out Digest bound)) value = bound;
        return true;
    }

    private StopData StopDataOf(int replica) =>
        Made(replica, _written[replica], [.. _writeSets[replica].Select(static w => new Vote(w.Value, w.Key))]);

    private StopData Lie(int replica) => Made(
        replica, _random.Next(3) == 0 ? null : Any(),
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Any()).DistinctBy(static v => v.Value)],
        _random.Next(5) == 0 ? Only : Instance.Zero);

    private Vote Any() => new(new Regency(_random.NextInt64(Next.Value + 1)), Values[_random.Next(Values.Length)]);

    private StopData Made(int replica, Vote? written, Vote[] writeSet, Instance silentUntil = default) => new(
        Next, new ReplicaId(replica), Instance.Zero, CheckpointCertificate.Initial,
        written is null && writeSet.Length == 0
            ? []
            : [new InstanceEvidence(Only, written, [.. writeSet.OrderBy(static v => v.Value)])])
    { SilentUntil = silentUntil };
}
