using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on hashes.</summary>
internal static class HashRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("hset", -4, static (s, c, a) => HSet(s, c, a, RespFormats.Integer)),
        new("hmset", -4, static (s, c, a) => HSet(s, c, a, RespFormats.Ok)),
        new("hsetnx", 4, static (s, c, a) => Pass(s, c, a, s.Write(), Opcode.HashPutIfAbsent, RespFormats.Integer)),
        new("hget", 3, static (s, c, a) => Pass(s, c, a, s.Read(), Opcode.HashGet, RespFormats.Value)),
        new("hmget", -3, static (s, c, a) => Pass(s, c, a, s.Read(), Opcode.HashMultiGet, RespFormats.Array)),
        new("hdel", -3, static (s, c, a) => Pass(s, c, a, s.Write(), Opcode.HashDelete, RespFormats.Integer)),
        new("hlen", 2, static (s, c, a) => Pass(s, c, a, s.Read(), Opcode.HashCount, RespFormats.Integer)),
        new("hexists", 3, static (s, c, a) => Pass(s, c, a, s.Read(), Opcode.HashExists, RespFormats.Integer)),
        new("hstrlen", 3, static (s, c, a) => Pass(s, c, a, s.Read(), Opcode.HashLength, RespFormats.Integer)),
        new(
            "hgetall", 2,
            static (s, c, a) => GetAll(s, c, a, ListingFlags.Keys | ListingFlags.Values, RespFormats.Map)),
        new("hkeys", 2, static (s, c, a) => GetAll(s, c, a, ListingFlags.Keys, RespFormats.Array)),
        new("hvals", 2, static (s, c, a) => GetAll(s, c, a, ListingFlags.Values, RespFormats.Array)),
        new("hincrby", 4, HIncrBy),
        new("hincrbyfloat", 4, HIncrByFloat),
        new("hscan", -3, HScan),
    ];

    /// <summary>Passes all arguments on as they are.</summary>
    public static void Pass(
        RespSession session, RespCommand command, RespArguments arguments, ByteBuffer operation, Opcode opcode,
        RespFormat format)
    {
        operation.Begin(opcode, arguments.Count - 1);
        for (int i = 1; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, format);
    }

    private static void HSet(RespSession session, RespCommand command, RespArguments arguments, RespFormat format)
    {
        if (arguments.Count % 2 != 0) session.Fail(command, RespErrors.WrongArguments(command.Name));
        else Pass(session, command, arguments, session.Write(), Opcode.HashPut, format);
    }

    private static void GetAll(
        RespSession session, RespCommand command, RespArguments arguments, ListingFlags flags, RespFormat format)
    {
        session.Read().Write(Opcode.HashGetAll, arguments[1], (long)flags);
        session.Expect(command, format);
    }

    private static void HIncrBy(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[3], out long delta)) return;
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.HashIncrement, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[2]);
        operation.WriteInteger(delta);
        session.Expect(command, RespFormats.Integer);
    }

    private static void HIncrByFloat(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!DecimalArgument.IsNumber(arguments[3])) session.Fail(command, RespErrors.NotAFloat);
        else Pass(session, command, arguments, session.Write(), Opcode.HashIncrementDecimal, RespFormats.Value);
    }

    /// <summary>HSCAN key cursor [MATCH pattern] [COUNT count]</summary>
    private static void HScan(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!KeyspaceCommands.TryReadCursor(session, command, arguments[2], out byte[]? after)) return;
        if (KeyspaceCommands.ErrorOfOptions(arguments, 3, takesType: false, out Glob? pattern, out int count, out _)
            is { } error)
        {
            KeyFirst.Fail(session, command, arguments[1], Opcode.HashCount, KeyspaceCommands.WriteEmptyScan, error);
            return;
        }
        WriteListing(session.Read(), Opcode.HashList, arguments[1], after, count);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            List<byte[]> found = [];
            if (!reply.TryReadArray(out int elements) || !KeyspaceCommands.TryReadAfter(ref reply, out byte[]? next))
                return false;
            for (int i = 1; i < elements; i += 2)
            {
                if (!reply.TryReadBinary(out ReadOnlySpan<byte> field)
                    || !reply.TryReadBinary(out ReadOnlySpan<byte> value)) return false;
                if (pattern is not null && !pattern.IsMatch(field)) continue;
                found.Add(field.ToArray());
                found.Add(value.ToArray());
            }
            KeyspaceCommands.WriteCursor(session, output, next);
            output.Array(found.Count);
            foreach (byte[] element in found) output.Bulk(element);
            return true;
        });
    }

    /// <summary>A page of the elements under a key.</summary>
    public static void WriteListing(
        ByteBuffer operation, Opcode opcode, ReadOnlySpan<byte> key, byte[]? after, int count)
    {
        operation.Begin(opcode, 3);
        operation.WriteBinary(key);
        if (after is null) operation.WriteNil();
        else operation.WriteBinary(after);
        operation.WriteInteger(count);
    }
}
