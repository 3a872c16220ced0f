using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on sets.</summary>
internal static class SetRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new(
            "sadd", -3,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Write(), Opcode.SetAdd, RespFormats.Integer)),
        new(
            "srem", -3,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Write(), Opcode.SetRemove, RespFormats.Integer)),
        new(
            "smove", 4,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Write(), Opcode.SetMove, RespFormats.Integer)),
        new(
            "smembers", 2,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SetMembers, RespFormats.Set)),
        new("sismember", 3, static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SetContains, Single)),
        new(
            "smismember", -3,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SetContains, RespFormats.Array)),
        new(
            "scard", 2,
            static (s, c, a) => HashRespCommands.Pass(s, c, a, s.Read(), Opcode.SetCount, RespFormats.Integer)),
        new("sscan", -3, SScan),
    ];

    /// <summary>The only element of an array.</summary>
    private static bool Single(ref CanonicalReader reply, RespWriter output) =>
        reply.TryReadArray(out int count) && count == 1 && RespFormats.Integer(ref reply, output);

    /// <summary>SSCAN key cursor [MATCH pattern] [COUNT count]</summary>
    private static void SScan(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!KeyspaceCommands.TryReadCursor(session, command, arguments[2], out byte[]? after)) return;
        if (KeyspaceCommands.ErrorOfOptions(arguments, 3, takesType: false, out Glob? pattern, out int count, out _)
            is { } error)
        {
            KeyFirst.Fail(session, command, arguments[1], Opcode.SetCount, KeyspaceCommands.WriteEmptyScan, error);
            return;
        }
        HashRespCommands.WriteListing(session.Read(), Opcode.SetList, arguments[1], after, count);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            List<byte[]> found = [];
            if (!reply.TryReadArray(out int elements) || !KeyspaceCommands.TryReadAfter(ref reply, out byte[]? next))
                return false;
            for (int i = 1; i < elements; i++)
            {
                if (!reply.TryReadBinary(out ReadOnlySpan<byte> member)) return false;
                if (pattern is null || pattern.IsMatch(member)) found.Add(member.ToArray());
            }
            KeyspaceCommands.WriteCursor(session, output, next);
            output.Array(found.Count);
            foreach (byte[] member in found) output.Bulk(member);
            return true;
        });
    }
}
