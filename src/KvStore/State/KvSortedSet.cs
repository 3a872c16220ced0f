using System.Buffers.Binary;

namespace KvStore.State;

/// <summary>
/// Members with scores, ordered by the score and then by the bytes of the member. One tree has the score of each
/// member, another the order. A score is any number but NaN; zero has no sign.
/// </summary>
internal sealed class KvSortedSet : Collection
{
    private readonly CowTree<double> _scores;
    private readonly CowTree<KvSet.Present> _order; // of score keys

    public KvSortedSet(Generation generation)
    {
        _scores = new(generation);
        _order = new(generation);
    }

    private KvSortedSet(KvSortedSet source) : base(source)
    {
        _scores = source._scores.Fork();
        _order = source._order.Fork();
    }

    public override ValueType Type => ValueType.SortedSet;
    public override int Count => _scores.Count;

    public override Collection Fork() => new KvSortedSet(this);

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score) => _scores.TryGet(member, out score);

    /// <summary>Walks the members with their scores, in the order of the members' bytes.</summary>
    public CowTreeCursor<double> Walk() => _scores.Walk();

    /// <summary>Walks the score keys, in their order.</summary>
    public CowTreeCursor<KvSet.Present> WalkInOrder() => _order.Walk();

    /// <summary>How many come before a score key, which need not be there.</summary>
    public int RankOf(ReadOnlySpan<byte> scoreKey) => _order.RankOf(scoreKey);

    /// <summary>The score key at a place in the order.</summary>
    public byte[] At(int rank) => _order.At(rank).Key;

    /// <summary>Sets the score of a member. True if the member is new.</summary>
    public bool Put(ReadOnlySpan<byte> member, double score)
    {
        if (score == 0) score = 0; // without a sign
        ref double place = ref _scores.GetOrAdd(member, null, out bool added);
        if (!added) Forget(member, place);
        place = score;
        byte[] key = ScoreKey.Of(score, member);
        _order.GetOrAdd(key, key, out _);
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, score);
        Added(member, bytes);
        return added;
    }

    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (!_scores.Remove(member, out double score)) return false;
        Forget(member, score);
        return true;
    }

    /// <summary>What a member counts: twice, as it stands in two trees.</summary>
    public static long SizeOf(int memberLength) => 2L * (memberLength + sizeof(double) + KvLimits.ElementOverheadBytes);

    protected override long SizeOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element) => SizeOf(label.Length);

    private void Forget(ReadOnlySpan<byte> member, double score)
    {
        _order.Remove(ScoreKey.Of(score, member), out _);
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, score);
        Removed(member, bytes);
    }
}
