using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on lists.</summary>
internal static class ListRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("lpush", -3, static (s, c, a) => Push(s, c, a, ListCommands.First, onlyIfPresent: 0)),
        new("rpush", -3, static (s, c, a) => Push(s, c, a, ListCommands.Last, onlyIfPresent: 0)),
        new("lpushx", -3, static (s, c, a) => Push(s, c, a, ListCommands.First, onlyIfPresent: 1)),
        new("rpushx", -3, static (s, c, a) => Push(s, c, a, ListCommands.Last, onlyIfPresent: 1)),
        new("lpop", -2, static (s, c, a) => Pop(s, c, a, ListCommands.First)),
        new("rpop", -2, static (s, c, a) => Pop(s, c, a, ListCommands.Last)),
        new("lrange", 4, static (s, c, a) => OnRange(s, c, a, s.Read(), Opcode.ListRange, RespFormats.Array)),
        new("ltrim", 4, static (s, c, a) => OnRange(s, c, a, s.Write(), Opcode.ListTrim, RespFormats.Ok)),
        new("llen", 2, LLen),
        new("lindex", 3, LIndex),
        new("lset", 4, LSet),
        new("lmove", 5, LMove),
        new("rpoplpush", 3, static (s, c, a) => Move(s, c, a, ListCommands.Last, ListCommands.First)),
    ];

    private static void Push(
        RespSession session, RespCommand command, RespArguments arguments, int side, int onlyIfPresent)
    {
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListPush, arguments.Count + 1);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(side);
        operation.WriteInteger(onlyIfPresent);
        for (int i = 2; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void Pop(RespSession session, RespCommand command, RespArguments arguments, int side)
    {
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.WrongArguments(command.Name));
            return;
        }
        long count = 0;
        bool counted = arguments.Count == 3;
        if (counted && (!IntegerText.TryParse(arguments[2], out count) || count < 0))
        {
            session.Fail(command, RespErrors.MustBePositive);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListPop, counted ? 3 : 2);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(side);
        if (counted) operation.WriteInteger(count);
        session.Expect(command, counted ? RespFormats.Array : RespFormats.Value);
    }

    private static void OnRange(
        RespSession session, RespCommand command, RespArguments arguments, ByteBuffer operation, Opcode opcode,
        RespFormat format)
    {
        if (!session.TryInteger(command, arguments[2], out long start)
            || !session.TryInteger(command, arguments[3], out long end)) return;
        operation.Begin(opcode, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(start);
        operation.WriteInteger(end);
        session.Expect(command, format);
    }

    private static void LLen(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Write(Opcode.ListCount, arguments[1]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void LIndex(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!IntegerText.TryParse(arguments[2], out long index))
        {
            KeyFirst.Fail(
                session, command, arguments[1], Opcode.ListCount, static output => output.Null(),
                RespErrors.NotAnInteger);
            return;
        }
        session.Read().Write(Opcode.ListGet, arguments[1], index);
        session.Expect(command, RespFormats.Value);
    }

    private static void LSet(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!IntegerText.TryParse(arguments[2], out long index))
        {
            KeyFirst.Fail(
                session, command, arguments[1], Opcode.ListCount,
                static output => output.Error(RespErrors.NoSuchKey), RespErrors.NotAnInteger);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListSet, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(index);
        operation.WriteBinary(arguments[3]);
        session.Expect(command, RespFormats.Ok);
    }

    private static void LMove(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (TryReadSide(arguments[3], out int from) && TryReadSide(arguments[4], out int to))
            Move(session, command, arguments, from, to);
        else session.Fail(command, RespErrors.Syntax);
    }

    private static void Move(RespSession session, RespCommand command, RespArguments arguments, int from, int to)
    {
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListMove, 4);
        operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[2]);
        operation.WriteInteger(from);
        operation.WriteInteger(to);
        session.Expect(command, RespFormats.Value);
    }

    /// <summary>Reads LEFT or RIGHT.</summary>
    public static bool TryReadSide(ReadOnlySpan<byte> word, out int side)
    {
        side = Ascii.EqualsIgnoreCase(word, "left") ? ListCommands.First : ListCommands.Last;
        return side == ListCommands.First || Ascii.EqualsIgnoreCase(word, "right");
    }
}
