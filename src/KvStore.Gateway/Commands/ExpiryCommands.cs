using System.Text;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands about when keys expire. All are ordered: they depend on the agreed time.</summary>
internal static class ExpiryCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("expire", -3, static (s, c, a) => Expire(s, c, a, WriteFlags.ExpiresIn, inSeconds: true)),
        new("pexpire", -3, static (s, c, a) => Expire(s, c, a, WriteFlags.ExpiresIn, inSeconds: false)),
        new("expireat", -3, static (s, c, a) => Expire(s, c, a, WriteFlags.ExpiresAt, inSeconds: true)),
        new("pexpireat", -3, static (s, c, a) => Expire(s, c, a, WriteFlags.ExpiresAt, inSeconds: false)),
        new("ttl", 2, static (s, c, a) => Tell(s, c, a, Opcode.TimeToLive, RespFormats.Seconds)),
        new("pttl", 2, static (s, c, a) => Tell(s, c, a, Opcode.TimeToLive, RespFormats.Milliseconds)),
        new("expiretime", 2, static (s, c, a) => Tell(s, c, a, Opcode.ExpiryTime, RespFormats.Seconds)),
        new("pexpiretime", 2, static (s, c, a) => Tell(s, c, a, Opcode.ExpiryTime, RespFormats.Milliseconds)),
        new("persist", 2, static (s, c, a) => Tell(s, c, a, Opcode.Persist, RespFormats.Integer)),
    ];

    private static void Expire(
        RespSession session, RespCommand command, RespArguments arguments, WriteFlags flags, bool inSeconds)
    {
        for (int i = 3; i < arguments.Count; i++)
        {
            WriteFlags option = Ascii.EqualsIgnoreCase(arguments[i], "nx") ? WriteFlags.IfAbsent
                : Ascii.EqualsIgnoreCase(arguments[i], "xx") ? WriteFlags.IfPresent
                : Ascii.EqualsIgnoreCase(arguments[i], "gt") ? WriteFlags.IfLater
                : Ascii.EqualsIgnoreCase(arguments[i], "lt") ? WriteFlags.IfEarlier
                : WriteFlags.None;
            if (option == WriteFlags.None)
            {
                session.Fail(command, $"ERR Unsupported option {RespErrors.Shown(arguments[i], int.MaxValue)}");
                return;
            }
            flags |= option;
        }
        if (flags.HasFlag(WriteFlags.IfAbsent)
            && (flags & (WriteFlags.IfPresent | WriteFlags.IfLater | WriteFlags.IfEarlier)) != 0)
        {
            session.Fail(command, "ERR NX and XX, GT or LT options at the same time are not compatible");
            return;
        }
        if (flags.HasFlag(WriteFlags.IfLater) && flags.HasFlag(WriteFlags.IfEarlier))
        {
            session.Fail(command, "ERR GT and LT options at the same time are not compatible");
            return;
        }
        if (!session.TryInteger(command, arguments[2], out long amount)) return;
        if (!ExpiryTime.TryScale(amount, inSeconds, out long micros))
        {
            session.Fail(command, RespErrors.InvalidExpiry(command.Name));
            return;
        }
        // Any time that has passed is as good as another.
        micros = Math.Max(micros, flags.HasFlag(WriteFlags.ExpiresIn) ? -1 : 0);
        session.Write().WriteExpire(Opcode.Expire, arguments[1], flags, micros);
        session.Expect(command, RespFormats.Integer);
    }

    private static void Tell(
        RespSession session, RespCommand command, RespArguments arguments, Opcode opcode, RespFormat format)
    {
        session.Write().Write(opcode, arguments[1]);
        session.Expect(command, format);
    }
}
