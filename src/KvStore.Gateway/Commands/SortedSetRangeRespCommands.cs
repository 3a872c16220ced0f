using BftCloud.Primitives;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on ranges of sorted sets.</summary>
internal static class SortedSetRangeRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("zrange", -4, static (s, c, a) => Range(s, c, a, new RangeOptions())),
        new("zrevrange", -4, static (s, c, a) =>
            Range(s, c, a, new RangeOptions { By = RangeBy.Rank, IsReversed = true })),
        new("zrangebyscore", -4, static (s, c, a) =>
            Range(s, c, a, new RangeOptions { By = RangeBy.Score, IsReversed = false })),
        new("zrevrangebyscore", -4, static (s, c, a) =>
            Range(s, c, a, new RangeOptions { By = RangeBy.Score, IsReversed = true })),
        new("zrangebylex", -4, static (s, c, a) =>
            Range(s, c, a, new RangeOptions { By = RangeBy.Member, IsReversed = false })),
        new("zrevrangebylex", -4, static (s, c, a) =>
            Range(s, c, a, new RangeOptions { By = RangeBy.Member, IsReversed = true })),
        new("zrangestore", -5, static (s, c, a) => Range(s, c, a, new RangeOptions { IsStored = true })),
        new("zcount", 4, static (s, c, a) =>
            OnWhole(s, c, a, s.Read, Opcode.SortedSetRangeCount, RangeBy.Score)),
        new("zlexcount", 4, static (s, c, a) =>
            OnWhole(s, c, a, s.Read, Opcode.SortedSetRangeCount, RangeBy.Member)),
        new("zremrangebyrank", 4, static (s, c, a) =>
            OnWhole(s, c, a, s.Write, Opcode.SortedSetRemoveRange, RangeBy.Rank)),
        new("zremrangebyscore", 4, static (s, c, a) =>
            OnWhole(s, c, a, s.Write, Opcode.SortedSetRemoveRange, RangeBy.Score)),
        new("zremrangebylex", 4, static (s, c, a) =>
            OnWhole(s, c, a, s.Write, Opcode.SortedSetRemoveRange, RangeBy.Member)),
    ];

    /// <summary>[destination] key min max [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]</summary>
    private static void Range(RespSession session, RespCommand command, RespArguments arguments, RangeOptions options)
    {
        int key = options.IsStored ? 2 : 1;
        if (options.ErrorOf(arguments, key + 3) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        RangeBy by = options.By ?? RangeBy.Rank;
        bool isReversed = options.IsReversed ?? false;
        // All but ranks are given from the end from which they are read.
        bool swaps = isReversed && by != RangeBy.Rank;
        if (RangeArgument.ErrorOf(
            by, arguments[swaps ? key + 2 : key + 1], arguments[swaps ? key + 1 : key + 2],
            out RangeArgument lower, out RangeArgument upper) is { } errorOfEnds)
        {
            session.Fail(command, errorOfEnds);
            return;
        }
        ByteBuffer operation = options.IsStored ? session.Write() : session.Read();
        operation.Begin(options.IsStored ? Opcode.SortedSetRangeAndStore : Opcode.SortedSetRange, 9);
        if (options.IsStored) operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[key]);
        RangeArgument.Write(operation, lower, upper);
        operation.WriteInteger(isReversed ? 1 : 0);
        operation.WriteInteger(by == RangeBy.Rank ? 0 : options.Offset);
        operation.WriteInteger(by == RangeBy.Rank ? -1 : options.Limit);
        if (!options.IsStored) operation.WriteInteger(options.WithScores ? 1 : 0);
        session.Expect(
            command,
            options.IsStored ? RespFormats.Integer
            : options.WithScores ? SortedSetFormats.Scored
            : RespFormats.Array);
    }

    private static void OnWhole(
        RespSession session, RespCommand command, RespArguments arguments, Func<ByteBuffer> begin, Opcode opcode,
        RangeBy by)
    {
        if (RangeArgument.ErrorOf(
            by, arguments[2], arguments[3], out RangeArgument lower, out RangeArgument upper) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        ByteBuffer operation = begin();
        operation.Begin(opcode, 5);
        operation.WriteBinary(arguments[1]);
        RangeArgument.Write(operation, lower, upper);
        session.Expect(command, RespFormats.Integer);
    }
}
