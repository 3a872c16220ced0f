using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on lists that wait for an element. Between MULTI and EXEC they do not wait.</summary>
internal static class BlockingListCommands
{
    private const string NumberOfKeys = "ERR numkeys should be greater than 0";
    private const string NumberOfElements = "ERR count should be greater than 0";

    public static IEnumerable<RespCommand> All =>
    [
        new("blpop", -3, static (s, c, a) => Pop(s, c, a, ListCommands.First)),
        new("brpop", -3, static (s, c, a) => Pop(s, c, a, ListCommands.Last)),
        new("blmove", 6, Move),
        new("brpoplpush", 4, static (s, c, a) => Move(s, c, a, ListCommands.Last, ListCommands.First)),
        new("blmpop", -5, MultiPop),
    ];

    /// <summary>BLPOP key [key ...] timeout</summary>
    private static void Pop(RespSession session, RespCommand command, RespArguments arguments, int side)
    {
        if (!TimeoutArgument.TryRead(session, command, arguments[^1], out long millis)) return;
        byte[][] keys = BlockingCommand.KeysOf(arguments, 1, arguments.Count - 2);
        RespFormat format = static (ref CanonicalReader reader, RespWriter output) =>
        {
            output.Array(2);
            return reader.TryReadArray(2) && RespFormats.Value(ref reader, output)
                && reader.TryReadArray(1) && RespFormats.Value(ref reader, output);
        };
        session.Block(command, millis, Popping(command, keys, side, 1, format));
    }

    /// <summary>BLMPOP timeout numkeys key [key ...] LEFT | RIGHT [COUNT count]</summary>
    private static void MultiPop(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ErrorOfKeys(arguments, 2, out byte[][] keys, out int side, out long count) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        if (!TimeoutArgument.TryRead(session, command, arguments[1], out long millis)) return;
        RespFormat format = static (ref CanonicalReader reader, RespWriter output) =>
        {
            output.Array(2);
            return reader.TryReadArray(2) && RespFormats.Value(ref reader, output)
                && RespFormats.Array(ref reader, output);
        };
        session.Block(command, millis, Popping(command, keys, side, count, format));
    }

    /// <summary>Reads numkeys key [key ...] LEFT | RIGHT [COUNT count]. Null, or the error.</summary>
    private static string? ErrorOfKeys(
        RespArguments arguments, int first, out byte[][] keys, out int side, out long count)
    {
        (keys, side, count) = ([], ListCommands.First, 1);
        if (!IntegerText.TryParse(arguments[first], out long number) || number < 1) return NumberOfKeys;
        if (number > arguments.Count - first - 2) return RespErrors.Syntax;
        keys = BlockingCommand.KeysOf(arguments, first + 1, (int)number);
        int next = first + 1 + keys.Length;
        if (!ListRespCommands.TryReadSide(arguments[next++], out side)) return RespErrors.Syntax;
        bool isCounted = arguments.Count > next + 1 && Ascii.EqualsIgnoreCase(arguments[next], "count"u8);
        if (isCounted && (!IntegerText.TryParse(arguments[next + 1], out count) || count < 1)) return NumberOfElements;
        return arguments.Count == next + (isCounted ? 2 : 0) ? null : RespErrors.Syntax;
    }

    private static void Move(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ListRespCommands.TryReadSide(arguments[3], out int from)
            && ListRespCommands.TryReadSide(arguments[4], out int to))
            Move(session, command, arguments, from, to);
        else session.Fail(command, RespErrors.Syntax);
    }

    private static void Move(RespSession session, RespCommand command, RespArguments arguments, int from, int to)
    {
        if (!TimeoutArgument.TryRead(session, command, arguments[^1], out long millis)) return;
        byte[] destination = arguments[2].ToArray();
        byte[][] source = BlockingCommand.KeysOf(arguments, 1, 1);
        session.Block(command, millis, new BlockingCommand(command.Name, source, Opcode.ListCount)
        {
            WriteTake = (operation, keys) =>
            {
                operation.Begin(Opcode.ListMove, 4);
                operation.WriteBinary(keys[0]);
                operation.WriteBinary(destination);
                operation.WriteInteger(from);
                operation.WriteInteger(to);
            },
            Format = RespFormats.Value,
            NothingAtOnce = static output => output.Null(),
            HasDestination = true,
        });
    }

    private static BlockingCommand Popping(
        RespCommand command, byte[][] keys, int side, long count, RespFormat format) =>
        new(command.Name, keys, Opcode.ListCount)
        {
            WriteTake = (operation, from) =>
            {
                operation.Begin(Opcode.ListPopFirst, 2 + from.Length);
                operation.WriteInteger(side);
                operation.WriteInteger(count);
                foreach (byte[] key in from) operation.WriteBinary(key);
            },
            Format = format,
            TakesMax = count,
        };
}
