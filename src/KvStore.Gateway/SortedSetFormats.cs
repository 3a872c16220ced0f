using BftCloud.Primitives;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>The forms of replies about sorted sets. The store tells scores as the bits of doubles.</summary>
internal static class SortedSetFormats
{
    /// <summary>A score, or none.</summary>
    public static bool Score(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil())
        {
            output.Null();
            return true;
        }
        if (!TryReadScore(ref reply, out double score)) return false;
        output.Double(score);
        return true;
    }

    /// <summary>The only element of an array of scores.</summary>
    public static bool OnlyScore(ref CanonicalReader reply, RespWriter output) =>
        reply.TryReadArray(out int count) && count == 1 && Score(ref reply, output);

    /// <summary>An array of scores, or none for some.</summary>
    public static bool Scores(ref CanonicalReader reply, RespWriter output)
    {
        if (!reply.TryReadArray(out int count)) return false;
        output.Array(count);
        while (count-- > 0)
        {
            if (!Score(ref reply, output)) return false;
        }
        return true;
    }

    /// <summary>Members with their scores: one array, or in the third version of the protocol one for each.</summary>
    public static bool Scored(ref CanonicalReader reply, RespWriter output) =>
        reply.TryReadArray(out int count) && Pairs(ref reply, output, count / 2, areNested: output.Version > 2);

    /// <summary>What was taken off one set, without its key: one array.</summary>
    public static bool Popped(ref CanonicalReader reply, RespWriter output) => Popped(ref reply, output, false);

    /// <summary>As <see cref="Popped(ref CanonicalReader, RespWriter)"/>, where a number was asked for.</summary>
    public static bool PoppedMany(ref CanonicalReader reply, RespWriter output) =>
        Popped(ref reply, output, areNested: output.Version > 2);

    /// <summary>What was taken off the first set there was: its key, and an array for each member. Or none.</summary>
    public static bool PoppedFirst(ref CanonicalReader reply, RespWriter output)
    {
        if (reply.TryReadNil())
        {
            output.NullArray();
            return true;
        }
        if (!reply.TryReadArray(out int count) || !reply.TryReadBinary(out ReadOnlySpan<byte> key)) return false;
        output.Array(2);
        output.Bulk(key);
        return Pairs(ref reply, output, count / 2, areNested: true);
    }

    /// <summary>The one member taken off the first set there was: the key, the member and its score.</summary>
    public static bool PoppedOne(ref CanonicalReader reply, RespWriter output)
    {
        output.Array(3);
        return reply.TryReadArray(3) && RespFormats.Value(ref reply, output) && RespFormats.Value(ref reply, output)
            && Score(ref reply, output);
    }

    public static bool TryReadScore(ref CanonicalReader reply, out double score)
    {
        bool read = reply.TryReadInteger(out long bits);
        score = BitConverter.Int64BitsToDouble(bits);
        return read && !double.IsNaN(score);
    }

    private static bool Popped(ref CanonicalReader reply, RespWriter output, bool areNested)
    {
        if (reply.TryReadNil())
        {
            output.Array(0);
            return true;
        }
        return reply.TryReadArray(out int count) && reply.TryReadBinary(out ReadOnlySpan<byte> _)
            && Pairs(ref reply, output, count / 2, areNested);
    }

    private static bool Pairs(ref CanonicalReader reply, RespWriter output, int count, bool areNested)
    {
        output.Array(areNested ? count : 2 * count);
        while (count-- > 0)
        {
            if (areNested) output.Array(2);
            if (!reply.TryReadBinary(out ReadOnlySpan<byte> member)) return false;
            output.Bulk(member);
            if (!TryReadScore(ref reply, out double score)) return false;
            output.Double(score);
        }
        return true;
    }
}
