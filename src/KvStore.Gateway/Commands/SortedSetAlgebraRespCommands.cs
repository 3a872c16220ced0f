using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Commands that combine sorted sets, or sets.</summary>
internal static class SortedSetAlgebraRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("zunion", -3, static (s, c, a) => Combine(s, c, a, SetCombination.Union, 1)),
        new("zinter", -3, static (s, c, a) => Combine(s, c, a, SetCombination.Intersection, 1)),
        new("zdiff", -3, static (s, c, a) => Combine(s, c, a, SetCombination.Difference, 1)),
        new("zunionstore", -4, static (s, c, a) => Combine(s, c, a, SetCombination.Union, 2)),
        new("zinterstore", -4, static (s, c, a) => Combine(s, c, a, SetCombination.Intersection, 2)),
        new("zdiffstore", -4, static (s, c, a) => Combine(s, c, a, SetCombination.Difference, 2)),
        new("zintercard", -3, IntersectionCount),
    ];

    /// <summary>
    /// [destination] numkeys key… [WEIGHTS weight…] [AGGREGATE SUM|MIN|MAX] [WITHSCORES], with the number of keys at
    /// <paramref name="numberAt"/>.
    /// </summary>
    private static void Combine(
        RespSession session, RespCommand command, RespArguments arguments, SetCombination how, int numberAt)
    {
        if (!TryReadKeys(session, command, arguments, numberAt, out int keys)) return;
        bool isStored = numberAt == 2;
        double[] weights = [.. Enumerable.Repeat(1.0, keys)];
        if (ErrorOf(arguments, numberAt + 1 + keys, how, isStored, weights, out ScoreAggregate aggregate,
            out bool withScores) is { } error)
        {
            FailAfterKeys(session, command, arguments, numberAt, keys, error);
            return;
        }
        ByteBuffer operation = isStored ? session.Write() : session.Read();
        operation.Begin(isStored ? Opcode.SortedSetCombineAndStore : Opcode.SortedSetCombine, 3 + 2 * keys);
        if (isStored) operation.WriteBinary(arguments[1]);
        operation.WriteInteger((long)how);
        operation.WriteInteger((long)aggregate);
        if (!isStored) operation.WriteInteger(withScores ? 1 : 0);
        for (int i = 0; i < keys; i++)
        {
            operation.WriteBinary(arguments[numberAt + 1 + i]);
            SortedSetRespCommands.WriteScore(operation, weights[i]);
        }
        session.Expect(
            command,
            isStored ? RespFormats.Integer : withScores ? SortedSetFormats.Scored : RespFormats.Array);
    }

    /// <summary>ZINTERCARD numkeys key… [LIMIT limit]</summary>
    private static void IntersectionCount(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!TryReadKeys(session, command, arguments, 1, out int keys)) return;
        long limit = 0;
        string? error = null;
        for (int i = 2 + keys; i < arguments.Count && error is null; i += 2)
        {
            if (i + 1 == arguments.Count || !Ascii.EqualsIgnoreCase(arguments[i], "limit")) error = RespErrors.Syntax;
            else if (!IntegerText.TryParse(arguments[i + 1], out limit) || limit < 0)
                error = "ERR LIMIT can't be negative";
        }
        if (error is not null)
        {
            FailAfterKeys(session, command, arguments, 1, keys, error);
            return;
        }
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SortedSetIntersectionCount, 1 + keys);
        operation.WriteInteger(limit);
        for (int i = 2; i < 2 + keys; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, RespFormats.Integer);
    }

    private static bool TryReadKeys(
        RespSession session, RespCommand command, RespArguments arguments, int numberAt, out int keys)
    {
        bool read = IntegerText.TryParse(arguments[numberAt], out long number);
        keys = (int)number;
        string? error = !read ? RespErrors.NotAnInteger
            : number < 1 ? $"ERR at least 1 input key is needed for '{command.Name}' command"
            : number > arguments.Count - numberAt - 1 ? RespErrors.Syntax
            : null;
        if (error is not null) session.Fail(command, error);
        return error is null;
    }

    /// <summary>Reads the options. Null, or the error.</summary>
    private static string? ErrorOf(
        RespArguments arguments, int first, SetCombination how, bool isStored, double[] weights,
        out ScoreAggregate aggregate, out bool withScores)
    {
        (aggregate, withScores) = (ScoreAggregate.Sum, false);
        for (int i = first; i < arguments.Count; i++)
        {
            ReadOnlySpan<byte> word = arguments[i];
            int left = arguments.Count - i - 1;
            if (how != SetCombination.Difference && left >= weights.Length
                && Ascii.EqualsIgnoreCase(word, "weights"))
            {
                for (int j = 0; j < weights.Length; j++)
                {
                    if (!ScoreText.TryParse(arguments[++i], out weights[j])) return "ERR weight value is not a float";
                }
            }
            else if (how != SetCombination.Difference && left >= 1 && Ascii.EqualsIgnoreCase(word, "aggregate"))
            {
                if (!TryReadAggregate(arguments[++i], out aggregate)) return RespErrors.Syntax;
            }
            else if (!isStored && Ascii.EqualsIgnoreCase(word, "withscores")) withScores = true;
            else return RespErrors.Syntax;
        }
        return null;
    }

    private static bool TryReadAggregate(ReadOnlySpan<byte> word, out ScoreAggregate aggregate)
    {
        aggregate = Ascii.EqualsIgnoreCase(word, "min") ? ScoreAggregate.Min
            : Ascii.EqualsIgnoreCase(word, "max") ? ScoreAggregate.Max
            : ScoreAggregate.Sum;
        return aggregate != ScoreAggregate.Sum || Ascii.EqualsIgnoreCase(word, "sum");
    }

    /// <summary>Answers with an error, unless a key holds what cannot be combined: Redis says that first.</summary>
    private static void FailAfterKeys(
        RespSession session, RespCommand command, RespArguments arguments, int numberAt, int keys, string error)
    {
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SortedSetSources, keys);
        for (int i = 0; i < keys; i++) operation.WriteBinary(arguments[numberAt + 1 + i]);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            output.Error(error);
            return reply.TryReadInteger(out _);
        });
    }
}
