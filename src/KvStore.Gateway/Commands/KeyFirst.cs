using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;
using ValueType = KvStore.State.ValueType;

namespace KvStore.Gateway.Commands;

/// <summary>
/// Errors of arguments in commands that look at their key first, in Redis: if there is none, or one of another type,
/// the argument does not matter.
/// </summary>
internal static class KeyFirst
{
    /// <summary>Answers with the error if there is such a key.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="command">The command.</param>
    /// <param name="key">Its key.</param>
    /// <param name="count">Counts what the key holds, if it has the right type.</param>
    /// <param name="ifAbsent">Answers if there is no such key.</param>
    /// <param name="error">The error.</param>
    public static void Fail(
        RespSession session, RespCommand command, ReadOnlySpan<byte> key, Opcode count, Action<RespWriter> ifAbsent,
        string error)
    {
        session.Read().Write(count, key);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long elements)) return false;
            if (elements == 0) ifAbsent(output);
            else output.Error(error);
            return true;
        });
    }

    /// <summary>Answers with the error if the key holds a string, and with an integer if it does not exist.</summary>
    public static void FailString(
        RespSession session, RespCommand command, ReadOnlySpan<byte> key, long ifAbsent, string error)
    {
        session.Read().Write(Opcode.TypeOf, key);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long type)) return false;
            if ((ValueType)type == ValueType.None) output.Integer(ifAbsent);
            else if ((ValueType)type == ValueType.String) output.Error(error);
            else output.Error(RespErrors.Of(KvErrorCode.WrongType, command.Name));
            return true;
        });
    }
}
