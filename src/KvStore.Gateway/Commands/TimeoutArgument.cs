using System.Buffers.Text;
using System.Text;

namespace KvStore.Gateway.Commands;

/// <summary>How long a command may wait, as it gives it: decimal seconds, made milliseconds.</summary>
internal static class TimeoutArgument
{
    private const string NotAFloat = "ERR timeout is not a float or out of range";
    private const string Negative = "ERR timeout is negative";
    private const double MillisPerSecond = 1000;

    /// <summary>Reads it, or answers with an error. 0: without end.</summary>
    public static bool TryRead(RespSession session, RespCommand command, ReadOnlySpan<byte> text, out long millis)
    {
        string? error = ErrorOf(text, out millis);
        if (error is not null) session.Fail(command, error);
        return error is null;
    }

    private static string? ErrorOf(ReadOnlySpan<byte> text, out long millis)
    {
        millis = 0;
        if (!TryParse(text, out double seconds)) return NotAFloat;
        double rounded = Math.Ceiling(seconds * MillisPerSecond);
        // Redis takes one beyond its integers for a negative one.
        if (rounded is < 0 or >= long.MaxValue) return Negative;
        millis = (long)rounded;
        return null;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double seconds)
    {
        ReadOnlySpan<byte> unsigned = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || Ascii.EqualsIgnoreCase(unsigned, "infinity"u8))
        {
            seconds = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        seconds = 0;
        return !unsigned.IsEmpty && unsigned[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'.'
            && Utf8Parser.TryParse(text, out seconds, out int read) && read == text.Length;
    }
}
