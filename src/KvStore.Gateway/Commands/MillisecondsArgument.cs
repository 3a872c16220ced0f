using KvStore.Commands;

namespace KvStore.Gateway.Commands;

/// <summary>Timeouts in milliseconds.</summary>
internal static class MillisecondsArgument
{
    /// <summary>Null, or the error.</summary>
    public static string? ErrorOf(ReadOnlySpan<byte> text) =>
        !IntegerText.TryParse(text, out long millis) ? "ERR timeout is not an integer or out of range"
        : millis < 0 ? "ERR timeout is negative"
        : null;
}
