using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands on strings.</summary>
internal static class StringRespCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("get", 2, Get),
        new("set", -3, Set),
        new("setnx", 3, SetNx),
        new("setex", 4, static (s, c, a) => SetEx(s, c, a, inSeconds: true)),
        new("psetex", 4, static (s, c, a) => SetEx(s, c, a, inSeconds: false)),
        new("getset", 3, GetSet),
        new("getdel", 2, GetDel),
        new("getex", -2, GetEx),
        new("mget", -2, MGet),
        new("mset", -3, static (s, c, a) => MSet(s, c, a, Opcode.MultiPut, RespFormats.Ok)),
        new("msetnx", -3, static (s, c, a) => MSet(s, c, a, Opcode.MultiPutIfAbsent, RespFormats.Integer)),
        new("append", 3, Append),
        new("strlen", 2, StrLen),
        new("getrange", 4, GetRange),
        new("substr", 4, GetRange),
        new("setrange", 4, SetRange),
    ];

    private static void Get(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Write(Opcode.Get, arguments[1]);
        session.Expect(command, RespFormats.Value);
    }

    /// <summary>SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]</summary>
    private static void Set(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!WriteOptions.TryRead(session, command, arguments, 3, isSet: true, out WriteFlags flags, out long micros))
            return;
        session.Write().WritePut(arguments[1], arguments[2], flags, micros);
        session.Expect(command, flags.HasFlag(WriteFlags.ReturnOld) ? RespFormats.Value : RespFormats.OkOrNull);
    }

    private static void SetNx(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Write().WritePut(arguments[1], arguments[2], WriteFlags.IfAbsent, 0);
        session.Expect(command, RespFormats.OneOrZero);
    }

    private static void SetEx(RespSession session, RespCommand command, RespArguments arguments, bool inSeconds)
    {
        if (!ExpiryArgument.TryRead(session, command, arguments[2], inSeconds, out long micros)) return;
        session.Write().WritePut(arguments[1], arguments[3], WriteFlags.ExpiresIn, micros);
        session.Expect(command, RespFormats.OkOrNull);
    }

    private static void GetSet(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Write().WritePut(arguments[1], arguments[2], WriteFlags.ReturnOld, 0);
        session.Expect(command, RespFormats.Value);
    }

    private static void GetDel(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Write().Write(Opcode.GetAndDelete, arguments[1]);
        session.Expect(command, RespFormats.Value);
    }

    /// <summary>GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]</summary>
    private static void GetEx(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count == 2) Get(session, command, arguments);
        if (arguments.Count == 2
            || !WriteOptions.TryReadFlags(
                session, command, arguments, 2, isSet: false, out WriteFlags flags, out int unitAt)) return;
        if (WriteOptions.ErrorOfTime(command, arguments, unitAt, out long micros) is { } error)
        {
            // Redis looks at the key before it looks at the time: what is no time matters to a string only.
            session.Read().Write(Opcode.Get, arguments[1]);
            session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
            {
                bool isAbsent = reply.TryReadNil();
                if (isAbsent) output.Null();
                else output.Error(error);
                return isAbsent || reply.TryReadBinary(out _);
            });
            return;
        }
        session.Write().WriteExpire(Opcode.GetAndExpire, arguments[1], flags, micros);
        session.Expect(command, RespFormats.Value);
    }

    private static void MGet(RespSession session, RespCommand command, RespArguments arguments)
    {
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.MultiGet, arguments.Count - 1);
        for (int i = 1; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, RespFormats.Array);
    }

    private static void MSet(
        RespSession session, RespCommand command, RespArguments arguments, Opcode opcode, RespFormat format)
    {
        if (arguments.Count % 2 == 0)
        {
            session.Fail(command, RespErrors.WrongArguments(command.Name));
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(opcode, arguments.Count - 1);
        for (int i = 1; i < arguments.Count; i++) operation.WriteBinary(arguments[i]);
        session.Expect(command, format);
    }

    private static void Append(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Write().Write(Opcode.Append, arguments[1], arguments[2]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void StrLen(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Write(Opcode.Length, arguments[1]);
        session.Expect(command, RespFormats.Integer);
    }

    private static void GetRange(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], out long start)
            || !session.TryInteger(command, arguments[3], out long end)) return;
        ByteBuffer operation = session.Read();
        operation.Begin(Opcode.GetRange, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(start);
        operation.WriteInteger(end);
        session.Expect(command, RespFormats.Value);
    }

    private static void SetRange(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[2], out long offset)) return;
        if (offset < 0)
        {
            session.Fail(command, RespErrors.OffsetOutOfRange);
            return;
        }
        ByteBuffer operation = session.Write();
        operation.Begin(Opcode.SetRange, 3);
        operation.WriteBinary(arguments[1]);
        operation.WriteInteger(offset);
        operation.WriteBinary(arguments[3]);
        session.Expect(command, RespFormats.Integer);
    }
}
