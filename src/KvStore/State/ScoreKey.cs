using System.Buffers.Binary;

namespace KvStore.State;

/// <summary>
/// A score with a member as bytes that are ordered as they are: by the score, then by the bytes of the member.
/// </summary>
internal static class ScoreKey
{
    private const int ScoreBytes = sizeof(ulong);

    private const ulong Sign = 1UL << 63;

    /// <param name="score">No NaN. Both zeros are the same.</param>
    /// <param name="member">The member, or nothing for what comes before all members of this score.</param>
    public static byte[] Of(double score, ReadOnlySpan<byte> member)
    {
        byte[] key = new byte[ScoreBytes + member.Length];
        BinaryPrimitives.WriteUInt64BigEndian(key, Ordered(score));
        member.CopyTo(key.AsSpan(ScoreBytes));
        return key;
    }

    /// <summary>What comes first after this score with this member.</summary>
    public static byte[] After(double score, ReadOnlySpan<byte> member)
    {
        byte[] key = new byte[ScoreBytes + member.Length + 1];
        BinaryPrimitives.WriteUInt64BigEndian(key, Ordered(score));
        member.CopyTo(key.AsSpan(ScoreBytes));
        return key;
    }

    /// <summary>What comes first after all members of this score.</summary>
    public static byte[] AfterAll(double score)
    {
        byte[] key = new byte[ScoreBytes];
        BinaryPrimitives.WriteUInt64BigEndian(key, Ordered(score) + 1); // the largest is that of infinity
        return key;
    }

    public static double ScoreOf(ReadOnlySpan<byte> key)
    {
        ulong ordered = BinaryPrimitives.ReadUInt64BigEndian(key);
        return BitConverter.UInt64BitsToDouble((ordered & Sign) != 0 ? ordered ^ Sign : ~ordered);
    }

    public static ReadOnlySpan<byte> MemberOf(ReadOnlySpan<byte> key) => key[ScoreBytes..];

    // Of numbers below zero the larger ones have the smaller bits.
    private static ulong Ordered(double score)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(score == 0 ? 0 : score);
        return (bits & Sign) != 0 ? ~bits : bits | Sign;
    }
}
