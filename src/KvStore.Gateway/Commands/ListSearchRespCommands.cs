using System.Text;
using BftCloud.Primitives;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on elements of lists by their value, and on several lists.</summary>
internal static class ListSearchRespCommands
{
    private const string RankIsZero =
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... "
        + "or use negative to start from the end of the list";

    public static IEnumerable<RespCommand> All =>
    [
        new("lrem", 4, LRem),
        new("linsert", 5, LInsert),
        new("lpos", -3, LPos),
        new("lmpop", -4, LMPop),
    ];

    private static void LRem(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], out long count)) return;
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListRemove, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(count);
        operation.WriteBinary(arguments[3]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void LInsert(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool before = Ascii.EqualsIgnoreCase(arguments[2], "before");
        if (!before && !Ascii.EqualsIgnoreCase(arguments[2], "after"))
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListInsert, 4);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(before ? ListSearchCommands.Before : ListSearchCommands.After);
        operation.WriteBinary(arguments[3]);
        operation.WriteBinary(arguments[4]);
        session.Expect(command, RespFormats.Integer);
    }

    /// <summary>LPOS key element [RANK rank] [COUNT count] [MAXLEN length]</summary>
    private static void LPos(RespSession session, RespCommand command, RespArguments arguments)
    {
        long rank = 1, count = ListSearchCommands.Single, lookedAtMax = 0;
        for (int i = 3; i < arguments.Count; i += 2)
        {
            if (!TryReadOption(session, command, arguments, i, ref rank, ref count, ref lookedAtMax)) return;
        }
        if (rank == long.MinValue)
        {
            // Redis negates it, which leaves it as it is. So all matches from the end have the rank, and none is last.
            rank = -1;
            if (count > 0) count = 0;
        }
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.ListPosition, 5);
        operation.WriteBinary(arguments[1]);
        operation.WriteBinary(arguments[2]);
        operation.WriteInteger(rank);
        operation.WriteInteger(count);
        operation.WriteInteger(lookedAtMax);
        session.Expect(
            command, count == ListSearchCommands.Single ? RespFormats.IntegerOrNull : RespFormats.Array);
    }

    private static bool TryReadOption(
        RespSession session, RespCommand command, RespArguments arguments, int at, ref long rank, ref long count,
        ref long lookedAtMax)
    {
        ReadOnlySpan<byte> option = arguments[at], value = at + 1 < arguments.Count ? arguments[at + 1] : [];
        if (at + 1 == arguments.Count)
        {
            session.Fail(command, RespErrors.Syntax);
            return false;
        }
        if (Ascii.EqualsIgnoreCase(option, "count"))
            return session.TryInteger(command, value, 0, long.MaxValue, "ERR COUNT can't be negative", out count);
        if (Ascii.EqualsIgnoreCase(option, "maxlen"))
            return session.TryInteger(
                command, value, 0, long.MaxValue, "ERR MAXLEN can't be negative", out lookedAtMax);
        if (!Ascii.EqualsIgnoreCase(option, "rank"))
        {
            session.Fail(command, RespErrors.Syntax);
            return false;
        }
        if (!session.TryInteger(command, value, out rank)) return false;
        if (rank == 0) session.Fail(command, RankIsZero);
        return rank != 0;
    }

    /// <summary>LMPOP numkeys key [key ...] LEFT | RIGHT [COUNT count]</summary>
    private static void LMPop(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[1], 1, long.MaxValue, RespErrors.NoKeys, out long keys))
            return;
        bool hasSide = keys < arguments.Count - 2;
        int sideAt = hasSide ? 2 + (int)keys : 0;
        if (!hasSide || !ListRespCommands.TryReadSide(arguments[sideAt], out int side)
            || arguments.Count != sideAt + 1
                && (arguments.Count < sideAt + 3 || !Ascii.EqualsIgnoreCase(arguments[sideAt + 1], "count")))
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        long count = 1;
        if (arguments.Count > sideAt + 1 && !session.TryInteger(
            command, arguments[sideAt + 2], 1, long.MaxValue, "ERR count should be greater than 0", out count))
            return;
        if (arguments.Count > sideAt + 3)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.ListPopFirst, 2 + (int)keys);
        operation.WriteInteger(side);
        operation.WriteInteger(count);
        for (int i = 0; i < keys; i++) operation.WriteBinary(arguments[2 + i]);
        session.Expect(command, RespFormats.KeyAndArray);
    }
}
