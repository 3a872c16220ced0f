using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on strings that are numbers.</summary>
internal static class NumberRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("incr", 2, static (s, c, a) => Increment(s, c, a, 1)),
        new("decr", 2, static (s, c, a) => Increment(s, c, a, -1)),
        new("incrby", 3, IncrBy),
        new("decrby", 3, DecrBy),
        new("incrbyfloat", 3, IncrByFloat),
    ];

    private static void IncrBy(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (session.TryInteger(command, arguments[2], out long delta)) Increment(session, command, arguments, delta);
    }

    private static void DecrBy(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], out long delta)) return;
        if (delta == long.MinValue) session.Fail(command, "ERR decrement would overflow");
        else Increment(session, command, arguments, -delta);
    }

    private static void Increment(RespSession session, RespCommand command, RespArguments arguments, long delta)
    {
        session.Write().Write(Opcode.Increment, arguments[1], delta);
        session.Expect(command, RespFormats.Integer);
    }

    private static void IncrByFloat(RespSession session, RespCommand command, RespArguments arguments)
    {
        // Redis looks at the key before the number. So does the store, which takes the one for no number either.
        session.Write().Write(
            Opcode.IncrementDecimal, arguments[1],
            DecimalArgument.IsNumber(arguments[2]) ? arguments[2] : DecimalArgument.NoNumber);
        session.Expect(command, RespFormats.Value);
    }
}
