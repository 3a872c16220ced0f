using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.Commands;

/// <summary>
/// Scores in operations and replies: integers with the bits of an IEEE double. They are compared, added and multiplied
/// by weights, which has one result on every processor.
/// </summary>
internal static class Scores
{
    /// <summary>Reads a score, which is no NaN.</summary>
    public static bool TryRead(ref CommandContext c, out double score)
    {
        bool read = c.TryInteger(out long bits);
        score = BitConverter.Int64BitsToDouble(bits);
        return read && (!double.IsNaN(score) || c.Malformed());
    }

    /// <summary>
    /// Checks that only groups of a score and a key follow, at least one, charges for them, and reads none of them.
    /// </summary>
    public static bool TryAhead(ref CommandContext c, bool scoreFirst)
    {
        if (c.ArgumentCount <= 0 || c.ArgumentCount % 2 != 0) return c.Malformed();
        CanonicalReader ahead = c.Arguments;
        for (int i = 0; i < c.ArgumentCount; i++)
        {
            if (i % 2 == 0 == scoreFirst)
            {
                if (!ahead.TryReadInteger(out long bits) || double.IsNaN(BitConverter.Int64BitsToDouble(bits)))
                    return c.Malformed();
                continue;
            }
            if (!ahead.TryReadBinary(out ReadOnlySpan<byte> key)) return c.Malformed();
            if (key.Length > KvLimits.KeyBytesMax) return c.Fail(KvErrorCode.TooLong);
        }
        return ahead.AtEnd ? c.TryChargeLookups(c.ArgumentCount / 2) : c.Malformed();
    }

    public static void Write(ByteBuffer buffer, double score) =>
        buffer.WriteInteger(BitConverter.DoubleToInt64Bits(score));
}
