using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>The options of ZRANGE and its like. Some commands have fixed ones.</summary>
internal struct RangeOptions()
{
    /// <summary>What the ends are; null as long as it is open.</summary>
    public RangeBy? By { get; set; }

    /// <summary>The range is read from its upper end; null as long as it is open.</summary>
    public bool? IsReversed { get; set; }

    /// <summary>The range goes to another key.</summary>
    public bool IsStored { get; init; }

    public bool WithScores { get; private set; }
    public long Offset { get; private set; }

    /// <summary>How many; -1 for all.</summary>
    public long Limit { get; private set; } = -1;

    /// <summary>Reads the options from an argument on. Null, or the error.</summary>
    public string? ErrorOf(RespArguments arguments, int first)
    {
        for (int i = first; i < arguments.Count; i++)
        {
            ReadOnlySpan<byte> word = arguments[i];
            if (!IsStored && Ascii.EqualsIgnoreCase(word, "withscores")) WithScores = true;
            else if (IsReversed is null && Ascii.EqualsIgnoreCase(word, "rev")) IsReversed = true;
            else if (By is null && Ascii.EqualsIgnoreCase(word, "bylex")) By = RangeBy.Member;
            else if (By is null && Ascii.EqualsIgnoreCase(word, "byscore")) By = RangeBy.Score;
            else if (i + 2 < arguments.Count && Ascii.EqualsIgnoreCase(word, "limit"))
            {
                if (!IntegerText.TryParse(arguments[i + 1], out long offset)
                    || !IntegerText.TryParse(arguments[i + 2], out long limit)) return RespErrors.NotAnInteger;
                (Offset, Limit) = (offset, limit);
                i += 2;
            }
            else return RespErrors.Syntax;
        }
        if (Limit != -1 && By is null or RangeBy.Rank)
            return "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
        return WithScores && By == RangeBy.Member
            ? "ERR syntax error, WITHSCORES not supported in combination with BYLEX"
            : null;
    }
}
