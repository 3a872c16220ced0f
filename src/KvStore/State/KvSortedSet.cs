using System.Buffers.Binary;
using BftCloud.Primitives;
using KvStore.Operations;

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

    public override IEnumerable<byte[]> Labels => _scores.Keys;

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
        if (!added) _order.Remove(ScoreKey.Of(place, member), out _);
        byte[] key = ScoreKey.Of(score, member);
        _order.GetOrAdd(key, key, out _);
        if (added) Added(member, BytesOf(score, stackalloc byte[sizeof(double)]));
        else
            Replaced(
                member, BytesOf(place, stackalloc byte[sizeof(double)]),
                BytesOf(score, stackalloc byte[sizeof(double)]));
        place = score;
        return added;
    }

    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (!_scores.Remove(member, out double score)) return false;
        _order.Remove(ScoreKey.Of(score, member), out _);
        Removed(member, BytesOf(score, stackalloc byte[sizeof(double)]));
        return true;
    }

    public override bool TryWrite(ReadOnlySpan<byte> label, ByteBuffer value)
    {
        if (!TryGetScore(label, out double score)) return false;
        value.WriteInteger(BitConverter.DoubleToInt64Bits(score));
        return true;
    }

    public override bool TryRestore(scoped ReadOnlySpan<byte> label, ref CanonicalReader value)
    {
        if (!value.TryReadInteger(out long bits)) return false;
        double score = BitConverter.Int64BitsToDouble(bits);
        return !double.IsNaN(score) && (score != 0 || bits == 0) && Put(label, score);
    }

    /// <summary>What a member counts: twice, as it stands in two trees.</summary>
    public static long SizeOf(int memberLength) => 2L * (memberLength + sizeof(double) + KvLimits.ElementOverheadBytes);

    protected override long SizeOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element) => SizeOf(label.Length);

    private static ReadOnlySpan<byte> BytesOf(double score, Span<byte> bytes)
    {
        BinaryPrimitives.WriteDoubleBigEndian(bytes, score);
        return bytes;
    }
}
