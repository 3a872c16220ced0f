using System.Text;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// The options of SET and GETEX, read as Redis reads them: the same option may stand there twice, and the last time
/// counts.
/// </summary>
internal static class WriteOptions
{
    private const WriteFlags Expiry =
        WriteFlags.KeepExpiry | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt | WriteFlags.Persist;

    /// <summary>Reads the options from an argument on, or answers with an error.</summary>
    public static bool TryRead(
        RespSession session, RespCommand command, RespArguments arguments,
        int first, bool isSet, out WriteFlags flags, out long micros)
    {
        micros = 0;
        if (!TryReadFlags(session, command, arguments, first, isSet, out flags, out int unitAt)) return false;
        string? error = ErrorOfTime(command, arguments, unitAt, out micros);
        if (error is not null) session.Fail(command, error);
        return error is null;
    }

    /// <summary>Reads the time of expiry behind its unit. Null, or the error.</summary>
    public static string? ErrorOfTime(RespCommand command, RespArguments arguments, int unitAt, out long micros)
    {
        micros = 0;
        return unitAt == 0
            ? null
            : ExpiryArgument.ErrorOf(
                command, arguments[unitAt + 1], ExpiryArgument.Unit(arguments[unitAt])!.Value.InSeconds, out micros);
    }

    /// <summary>Reads the options from an argument on, but for the time of expiry; or answers with an error.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="command">The command, which some errors name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="first">Where the options begin.</param>
    /// <param name="isSet">NX, XX, GET and KEEPTTL may be among them; otherwise PERSIST.</param>
    /// <param name="flags">What they say.</param>
    /// <param name="unitAt">Where the unit of the time of expiry stands; 0 if there is none.</param>
    public static bool TryReadFlags(
        RespSession session, RespCommand command, RespArguments arguments,
        int first, bool isSet, out WriteFlags flags, out int unitAt)
    {
        flags = WriteFlags.None;
        unitAt = 0;
        for (int i = first; i < arguments.Count; i++)
        {
            ReadOnlySpan<byte> option = arguments[i];
            WriteFlags added = Plain(option, isSet);
            if (added != WriteFlags.None && !Contradicts(flags, added))
            {
                flags |= added;
            }
            else if (added == WriteFlags.None && i + 1 < arguments.Count && ExpiryArgument.Unit(option) is { } unit
                && ((flags & Expiry) == 0 || unitAt > 0 && Ascii.EqualsIgnoreCase(option, arguments[unitAt])))
            {
                flags |= unit.Flag;
                unitAt = i++;
            }
            else
            {
                session.Fail(command, RespErrors.Syntax);
                return false;
            }
        }
        return true;
    }

    private static bool Contradicts(WriteFlags flags, WriteFlags added) => added switch
    {
        WriteFlags.IfAbsent => flags.HasFlag(WriteFlags.IfPresent),
        WriteFlags.IfPresent => flags.HasFlag(WriteFlags.IfAbsent),
        WriteFlags.KeepExpiry or WriteFlags.Persist => (flags & Expiry & ~added) != 0,
        _ => false,
    };

    private static WriteFlags Plain(ReadOnlySpan<byte> option, bool isSet) =>
        !isSet ? (Is(option, "persist") ? WriteFlags.Persist : WriteFlags.None)
        : Is(option, "nx") ? WriteFlags.IfAbsent
        : Is(option, "xx") ? WriteFlags.IfPresent
        : Is(option, "get") ? WriteFlags.ReturnOld
        : Is(option, "keepttl") ? WriteFlags.KeepExpiry
        : WriteFlags.None;

    private static bool Is(ReadOnlySpan<byte> option, string word) => Ascii.EqualsIgnoreCase(option, word);
}
