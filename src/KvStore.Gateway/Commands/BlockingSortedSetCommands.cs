using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on sorted sets that wait for a member. Between MULTI and EXEC they do not wait.</summary>
internal static class BlockingSortedSetCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("bzpopmin", -3, static (s, c, a) => Pop(s, c, a, fromEnd: 0)),
        new("bzpopmax", -3, static (s, c, a) => Pop(s, c, a, fromEnd: 1)),
        new("bzmpop", -5, PopFirst),
    ];

    /// <summary>BZPOPMIN key [key ...] timeout</summary>
    private static void Pop(RespSession session, RespCommand command, RespArguments arguments, int fromEnd)
    {
        if (!TimeoutArgument.TryRead(session, command, arguments[^1], out long millis)) return;
        byte[][] keys = BlockingCommand.KeysOf(arguments, 1, arguments.Count - 2);
        session.Block(command, millis, Popping(command, keys, fromEnd, 1, SortedSetFormats.PoppedOne));
    }

    /// <summary>BZMPOP timeout numkeys key [key ...] MIN | MAX [COUNT count]</summary>
    private static void PopFirst(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (SortedSetRespCommands.ErrorOfPop(arguments, 2, out int number, out int fromEnd, out long count)
            is { } error)
        {
            session.Fail(command, error);
            return;
        }
        if (!TimeoutArgument.TryRead(session, command, arguments[1], out long millis)) return;
        byte[][] keys = BlockingCommand.KeysOf(arguments, 3, number);
        session.Block(command, millis, Popping(command, keys, fromEnd, count, SortedSetFormats.PoppedFirst));
    }

    private static BlockingCommand Popping(
        RespCommand command, byte[][] keys, int fromEnd, long count, RespFormat format) =>
        new(command.Name, keys, Opcode.SortedSetCount)
        {
            WriteTake = (operation, from) => SortedSetRespCommands.WritePop(operation, from, fromEnd, count),
            Format = format,
            TakesMax = count,
        };
}
