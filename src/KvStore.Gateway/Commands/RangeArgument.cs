using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>An end of a range of a sorted set, as commands give it.</summary>
internal readonly ref struct RangeArgument
{
    private RangeBy By { get; init; }
    private ReadOnlySpan<byte> Text { get; init; }
    private long Rank { get; init; }
    private double Score { get; init; }
    private bool IsExcluded { get; init; }

    /// <summary>Reads both ends of a range. Null, or the error.</summary>
    public static string? ErrorOf(
        RangeBy by, ReadOnlySpan<byte> lowerText, ReadOnlySpan<byte> upperText, out RangeArgument lower,
        out RangeArgument upper)
    {
        upper = default;
        if (TryRead(by, lowerText, out lower) && TryRead(by, upperText, out upper)) return null;
        return by switch
        {
            RangeBy.Rank => RespErrors.NotAnInteger,
            RangeBy.Score => "ERR min or max is not a float",
            _ => "ERR min or max not valid string range item",
        };
    }

    /// <summary>Writes the four arguments of the store: what the ends are, both, and which are excluded.</summary>
    public static void Write(ByteBuffer operation, in RangeArgument lower, in RangeArgument upper)
    {
        operation.WriteInteger((long)lower.By);
        lower.Write(operation);
        upper.Write(operation);
        operation.WriteInteger((long)(
            (lower.IsExcluded ? RangeEnds.Lower : RangeEnds.None)
            | (upper.IsExcluded ? RangeEnds.Upper : RangeEnds.None)));
    }

    private static bool TryRead(RangeBy by, ReadOnlySpan<byte> text, out RangeArgument end)
    {
        long rank = 0;
        double score = 0;
        bool isExcluded = by == RangeBy.Member && text is [(byte)'(', ..];
        bool read = by switch
        {
            RangeBy.Rank => IntegerText.TryParse(text, out rank),
            RangeBy.Score => ScoreText.TryParseBound(text, out score, out isExcluded),
            _ => IsMember(text),
        };
        end = new RangeArgument { By = by, Text = text, Rank = rank, Score = score, IsExcluded = isExcluded };
        return read;
    }

    private void Write(ByteBuffer operation)
    {
        if (By == RangeBy.Rank) operation.WriteInteger(Rank);
        else if (By == RangeBy.Score) SortedSetRespCommands.WriteScore(operation, Score);
        else if (Text[0] == '-') operation.WriteNil();
        else if (Text[0] == '+') operation.WriteTrue();
        else operation.WriteBinary(Text[1..]);
    }

    // Redis looks behind the sign for a zero byte, which ends the text too.
    private static bool IsMember(ReadOnlySpan<byte> text) =>
        text is [(byte)'(' or (byte)'[', ..] or [(byte)'-' or (byte)'+'] or [(byte)'-' or (byte)'+', 0, ..];
}
