using System.Text;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on several sets.</summary>
internal static class SetAlgebraRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("sinter", -2, static (s, c, a) => Combine(s, c, a, SetCombination.Intersection)),
        new("sunion", -2, static (s, c, a) => Combine(s, c, a, SetCombination.Union)),
        new("sdiff", -2, static (s, c, a) => Combine(s, c, a, SetCombination.Difference)),
        new("sinterstore", -3, static (s, c, a) => Store(s, c, a, SetCombination.Intersection)),
        new("sunionstore", -3, static (s, c, a) => Store(s, c, a, SetCombination.Union)),
        new("sdiffstore", -3, static (s, c, a) => Store(s, c, a, SetCombination.Difference)),
        new("sintercard", -3, SInterCard),
    ];

    private static void Combine(
        RespSession session, RespCommand command, RespArguments arguments, SetCombination how)
    {
        Write(session.Read(), Opcode.SetCombine, arguments, how);
        session.Expect(command, RespFormats.Set);
    }

    private static void Store(RespSession session, RespCommand command, RespArguments arguments, SetCombination how)
    {
        Write(session.Write(), Opcode.SetCombineAndStore, arguments, how);
        session.Expect(command, RespFormats.Integer);
    }

    private static void Write(ByteBuffer operation, Opcode opcode, RespArguments arguments, SetCombination how)
    {
        operation.Begin(opcode, arguments.Count);
        operation.WriteInteger((long)how);
        for (int i = 1; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
    }

    /// <summary>SINTERCARD numkeys key [key ...] [LIMIT limit]</summary>
    private static void SInterCard(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(
            command, arguments[1], 1, long.MaxValue, RespErrors.NoKeys, out long keys)) return;
        if (keys > arguments.Count - 2)
        {
            session.Fail(command, "ERR Number of keys can't be greater than number of args");
            return;
        }
        long limit = 0;
        for (int i = 2 + (int)keys; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !Ascii.EqualsIgnoreCase(arguments[i], "limit"))
            {
                session.Fail(command, RespErrors.Syntax);
                return;
            }
            if (!session.TryInteger(
                command, arguments[i + 1], 0, long.MaxValue, "ERR LIMIT can't be negative", out limit)) return;
        }
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.SetIntersectionCount, 1 + (int)keys);
        operation.WriteInteger(limit);
        for (int i = 0; i < keys; i++) operation.WriteBinary(arguments[2 + i]);
        session.Expect(command, RespFormats.Integer);
    }
}
