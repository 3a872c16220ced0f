using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on the members of sorted sets.</summary>
internal static class SortedSetRespCommands
{
    private static readonly (string Word, SortedSetFlags Flag)[] s_options =
    [
        ("nx", SortedSetFlags.IfAbsent), ("xx", SortedSetFlags.IfPresent), ("gt", SortedSetFlags.IfGreater),
        ("lt", SortedSetFlags.IfLess), ("ch", SortedSetFlags.CountChanged), ("incr", SortedSetFlags.Increment),
    ];

    public static IEnumerable<RespCommand> All =>
    [
        new("zadd", -4, static (s, c, a) => Add(s, c, a, SortedSetFlags.None)),
        new("zincrby", 4, static (s, c, a) => Add(s, c, a, SortedSetFlags.Increment)),
        new("zrem", -3, static (s, c, a) =>
            HashRespCommands.Pass(s, c, a, s.Write(), Opcode.SortedSetRemove, RespFormats.Integer)),
        new("zscore", 3, static (s, c, a) =>
            HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SortedSetScore, SortedSetFormats.OnlyScore)),
        new("zmscore", -3, static (s, c, a) =>
            HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SortedSetScore, SortedSetFormats.Scores)),
        new("zcard", 2, static (s, c, a) =>
            HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SortedSetCount, RespFormats.Integer)),
        new("zrank", 3, static (s, c, a) => Rank(s, c, a, fromEnd: 0)),
        new("zrevrank", 3, static (s, c, a) => Rank(s, c, a, fromEnd: 1)),
        new("zpopmin", -2, static (s, c, a) => Pop(s, c, a, fromEnd: 0)),
        new("zpopmax", -2, static (s, c, a) => Pop(s, c, a, fromEnd: 1)),
        new("zmpop", -4, PopFirst),
        new("zrandmember", -2, Random),
        new("zscan", -3, Scan),
    ];

    /// <summary>ZADD key [NX|XX|GT|LT|CH|INCR]… (score member)…, ZINCRBY key increment member</summary>
    private static void Add(RespSession session, RespCommand command, RespArguments arguments, SortedSetFlags flags)
    {
        int first = 2;
        while (first < arguments.Count && TryReadOption(arguments[first], ref flags)) first++;
        if (ErrorOf(arguments, first, flags) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        double[] scores = new double[(arguments.Count - first) / 2];
        for (int i = 0; i < scores.Length; i++)
        {
            if (ScoreText.TryParse(arguments[first + 2 * i], out scores[i])) continue;
            session.Fail(command, RespErrors.NotAFloat);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.SortedSetAdd, 2 + 2 * scores.Length);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger((long)flags);
        for (int i = 0; i < scores.Length; i++)
        {
            WriteScore(operation, scores[i]);
            operation.WriteBinary(arguments[first + 2 * i + 1]);
        }
        session.Expect(
            command, flags.HasFlag(SortedSetFlags.Increment) ? SortedSetFormats.Score : RespFormats.Integer);
    }

    /// <summary>A score as the store reads it.</summary>
    public static void WriteScore(ByteBuffer operation, double score) =>
        operation.WriteInteger(BitConverter.DoubleToInt64Bits(score));

    private static bool TryReadOption(ReadOnlySpan<byte> word, ref SortedSetFlags flags)
    {
        foreach ((string option, SortedSetFlags flag) in s_options)
        {
            if (!Ascii.EqualsIgnoreCase(word, option)) continue;
            flags |= flag;
            return true;
        }
        return false;
    }

    private static string? ErrorOf(RespArguments arguments, int first, SortedSetFlags flags)
    {
        int left = arguments.Count - first;
        bool ifAbsent = flags.HasFlag(SortedSetFlags.IfAbsent), ifGreater = flags.HasFlag(SortedSetFlags.IfGreater),
            ifLess = flags.HasFlag(SortedSetFlags.IfLess);
        if (left == 0 || left % 2 != 0) return RespErrors.Syntax;
        if (ifAbsent && flags.HasFlag(SortedSetFlags.IfPresent))
            return "ERR XX and NX options at the same time are not compatible";
        if (ifAbsent && (ifGreater || ifLess) || ifGreater && ifLess)
            return "ERR GT, LT, and/or NX options at the same time are not compatible";
        return flags.HasFlag(SortedSetFlags.Increment) && left > 2
            ? "ERR INCR option supports a single increment-element pair"
            : null;
    }

    private static void Rank(RespSession session, RespCommand command, RespArguments arguments, int fromEnd)
    {
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SortedSetRank, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[2]);
        operation.WriteInteger(fromEnd);
        session.Expect(command, RespFormats.IntegerOrNull);
    }

    /// <summary>ZPOPMIN key [count], ZPOPMAX key [count]</summary>
    private static void Pop(RespSession session, RespCommand command, RespArguments arguments, int fromEnd)
    {
        long count = 1;
        bool counted = arguments.Count > 2;
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        if (counted && !session.TryInteger(
            command, arguments[2], 0, long.MaxValue, RespErrors.MustBePositive, out count)) return;
        WritePop(session.Write(), BlockingCommand.KeysOf(arguments, 1, 1), fromEnd, count);
        session.Expect(command, counted ? SortedSetFormats.PoppedMany : SortedSetFormats.Popped);
    }

    /// <summary>ZMPOP numkeys key… MIN|MAX [COUNT count]</summary>
    private static void PopFirst(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ErrorOfPop(arguments, 1, out int keys, out int fromEnd, out long count) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        WritePop(session.Write(), BlockingCommand.KeysOf(arguments, 2, keys), fromEnd, count);
        session.Expect(command, SortedSetFormats.PoppedFirst);
    }

    /// <summary>Reads numkeys key… MIN|MAX [COUNT count] from the first argument named. Null, or the error.</summary>
    public static string? ErrorOfPop(
        RespArguments arguments, int first, out int keys, out int fromEnd, out long count)
    {
        (keys, fromEnd, count) = (0, 0, 1);
        if (!IntegerText.TryParse(arguments[first], out long wanted) || wanted < 1)
            return "ERR numkeys should be greater than 0";
        if (wanted >= arguments.Count - first - 1) return RespErrors.Syntax;
        keys = (int)wanted;
        int side = first + 1 + keys;
        fromEnd = Ascii.EqualsIgnoreCase(arguments[side], "max") ? 1 : 0;
        if (fromEnd == 0 && !Ascii.EqualsIgnoreCase(arguments[side], "min")) return RespErrors.Syntax;
        if (arguments.Count == side + 1) return null;
        if (arguments.Count == side + 2 || !Ascii.EqualsIgnoreCase(arguments[side + 1], "count"))
            return RespErrors.Syntax;
        if (!IntegerText.TryParse(arguments[side + 2], out count) || count < 1)
            return "ERR count should be greater than 0";
        return arguments.Count == side + 3 ? null : RespErrors.Syntax;
    }

    /// <summary>Writes the store's command that takes members off the first of these keys that has any.</summary>
    public static void WritePop(ByteBuffer operation, ReadOnlySpan<byte[]> keys, int fromEnd, long count)
    {
        operation.Begin(Opcode.SortedSetPop, 2 + keys.Length);
        operation.WriteInteger(fromEnd);
        operation.WriteInteger(count);
        foreach (byte[] key in keys) operation.WriteBinary(key);
    }

    /// <summary>ZRANDMEMBER key [count [WITHSCORES]]</summary>
    private static void Random(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool counted = arguments.Count > 2, withScores = arguments.Count > 3;
        if (!RandomRespCommands.TryReadCount(session, command, arguments, "withscores", out long count)) return;
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SortedSetRandom, counted ? 4 : 2);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(RandomRespCommands.Draw());
        if (counted)
        {
            operation.WriteInteger(count);
            operation.WriteInteger(withScores ? 1 : 0);
        }
        session.Expect(
            command, withScores ? SortedSetFormats.Scored : counted ? RespFormats.Array : RespFormats.Value);
    }

    /// <summary>ZSCAN key cursor [MATCH pattern] [COUNT count]</summary>
    private static void Scan(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!KeyspaceCommands.TryReadCursor(session, command, arguments[2], out byte[]? after)) return;
        if (KeyspaceCommands.ErrorOfOptions(arguments, 3, takesType: false, out Glob? pattern, out int count, out _)
            is { } error)
        {
            KeyFirst.Fail(
                session, command, arguments[1], Opcode.SortedSetCount, KeyspaceCommands.WriteEmptyScan, error);
            return;
        }
        HashRespCommands.WriteListing(session.Read(), Opcode.SortedSetList, arguments[1], after, count);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            List<byte[]> found = [];
            Span<byte> text = stackalloc byte[ScoreText.LengthMax];
            if (!reply.TryReadArray(out int elements) || !KeyspaceCommands.TryReadAfter(ref reply, out byte[]? next))
                return false;
            for (int i = 1; i < elements; i += 2)
            {
                if (!reply.TryReadBinary(out ReadOnlySpan<byte> member)
                    || !SortedSetFormats.TryReadScore(ref reply, out double score)) return false;
                if (pattern is not null && !pattern.IsMatch(member)) continue;
                found.Add(member.ToArray());
                found.Add(text[..ScoreText.FormatForScan(score, text)].ToArray());
            }
            KeyspaceCommands.WriteCursor(session, output, next);
            output.Array(found.Count);
            foreach (byte[] element in found) output.Bulk(element);
            return true;
        });
    }
}
