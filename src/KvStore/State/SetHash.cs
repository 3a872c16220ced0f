using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// A hash of a set that does not depend on the order in which its elements came and went: the sum, modulo 2^256, of its
/// elements' BLAKE2b hashes. Adding and taking away an element costs four additions.
/// <para>
/// It tells states apart that diverged by a fault, with certainty for all practical purposes. It is no commitment: an
/// attacker that chooses many elements freely finds two sets of equal sum with work far below 2^128 (Wagner's
/// generalised birthday attack on AdHash). Nothing in the replication rests on it; checkpoints are verified by hashes
/// of their records.
/// </para>
/// </summary>
internal struct SetHash : IEquatable<SetHash>
{
    private const int StackBytesMax = 512;

    private UInt128 _low, _high;

    public void Add(in SetHash other)
    {
        UInt128 low = unchecked(_low + other._low);
        _high = unchecked(_high + other._high + (low < _low ? UInt128.One : UInt128.Zero));
        _low = low;
    }

    public void Subtract(in SetHash other)
    {
        UInt128 borrow = _low < other._low ? UInt128.One : UInt128.Zero;
        _low = unchecked(_low - other._low);
        _high = unchecked(_high - other._high - borrow);
    }

    /// <summary>
    /// The hash of the set that has only this element: a label, a part of fixed length for its kind, and content.
    /// </summary>
    public static SetHash Of(ReadOnlySpan<byte> label, ReadOnlySpan<byte> header, ReadOnlySpan<byte> content)
    {
        int length = sizeof(int) + label.Length + header.Length + content.Length;
        byte[]? rented = length <= StackBytesMax ? null : ArrayPool<byte>.Shared.Rent(length);
        Span<byte> input = rented is null ? stackalloc byte[StackBytesMax] : rented;
        BinaryPrimitives.WriteInt32BigEndian(input, label.Length);
        label.CopyTo(input[sizeof(int)..]);
        header.CopyTo(input[(sizeof(int) + label.Length)..]);
        content.CopyTo(input[(length - content.Length)..]);
        Span<byte> hash = stackalloc byte[Digest.Size];
        Digest.Of(input[..length]).CopyTo(hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return new SetHash
        {
            _high = BinaryPrimitives.ReadUInt128BigEndian(hash),
            _low = BinaryPrimitives.ReadUInt128BigEndian(hash[16..]),
        };
    }

    public readonly void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    public readonly bool Equals(SetHash other) => _low == other._low && _high == other._high;
    public override readonly bool Equals(object? obj) => obj is SetHash other && Equals(other);
    public override readonly int GetHashCode() => _low.GetHashCode();
}
