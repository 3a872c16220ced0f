using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// A key, or the label of an element, as it stands in the keys of records. Up to <see cref="BytesMax"/> bytes it stands
/// for itself, and those keep their order. A longer one stands as its hash, behind them, and in the record's value.
/// </summary>
internal readonly struct RecordName
{
    /// <summary>The longest name that is not hashed, bytes.</summary>
    public const int BytesMax = 256;

    public RecordName(byte[] bytes)
    {
        Bytes = bytes;
        if (IsLong) Hash = Digest.Of(bytes);
    }

    public byte[] Bytes { get; }

    /// <summary>Of a long one.</summary>
    public Digest Hash { get; }

    public bool IsLong => IsLongName(Bytes);

    public static bool IsLongName(ReadOnlySpan<byte> bytes) => bytes.Length > BytesMax;

    /// <summary>The names in the order of their records. Keeps the long ones until the others were taken.</summary>
    /// <param name="names">In the order of their bytes.</param>
    public static IEnumerable<RecordName> InOrder(IEnumerable<byte[]> names)
    {
        List<RecordName> hashed = [];
        foreach (byte[] bytes in names)
        {
            RecordName name = new(bytes);
            if (name.IsLong) hashed.Add(name);
            else yield return name;
        }
        hashed.Sort(static (x, y) => x.Hash.CompareTo(y.Hash));
        foreach (RecordName name in hashed) yield return name;
    }
}
