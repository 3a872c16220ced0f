using System.Buffers.Text;

namespace KvStore.Commands;

/// <summary>
/// 64-bit integers as decimal text in the one form that counts as an integer: no sign but a minus, no leading zeros, no
/// spaces.
/// </summary>
internal static class IntegerText
{
    /// <summary>The longest: a minus and nineteen digits.</summary>
    public const int LengthMax = 20;

    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > LengthMax) return false;
        int digits = text[0] == '-' ? 1 : 0;
        if (digits == text.Length || !char.IsAsciiDigit((char)text[digits])) return false;
        if (text[digits] == '0' && text.Length > 1) return false;
        return Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length;
    }

    /// <summary>Writes the text and returns its length.</summary>
    public static int Format(long value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out int written);
        return written;
    }
}
