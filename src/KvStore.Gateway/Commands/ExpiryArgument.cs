using System.Text;
using KvStore.Commands;
using KvStore.Operations;

namespace KvStore.Gateway.Commands;

/// <summary>Times of expiry as commands give them, in seconds or milliseconds, made what the store takes.</summary>
internal static class ExpiryArgument
{
    /// <summary>What an option such as EX means; null if it is none of these.</summary>
    public static (WriteFlags Flag, bool InSeconds)? Unit(ReadOnlySpan<byte> option) =>
        Is(option, "ex") ? (WriteFlags.ExpiresIn, true)
        : Is(option, "px") ? (WriteFlags.ExpiresIn, false)
        : Is(option, "exat") ? (WriteFlags.ExpiresAt, true)
        : Is(option, "pxat") ? (WriteFlags.ExpiresAt, false)
        : null;

    /// <summary>Reads a time that must be positive, or answers with an error.</summary>
    public static bool TryRead(
        RespSession session, RespCommand command, ReadOnlySpan<byte> text, bool inSeconds, out long micros)
    {
        string? error = ErrorOf(command, text, inSeconds, out micros);
        if (error is not null) session.Fail(command, error);
        return error is null;
    }

    /// <summary>Reads a time that must be positive. Null, or the error.</summary>
    public static string? ErrorOf(RespCommand command, ReadOnlySpan<byte> text, bool inSeconds, out long micros)
    {
        micros = 0;
        if (!IntegerText.TryParse(text, out long amount)) return RespErrors.NotAnInteger;
        return amount > 0 && ExpiryTime.TryScale(amount, inSeconds, out micros)
            ? null
            : RespErrors.InvalidExpiry(command.Name);
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
