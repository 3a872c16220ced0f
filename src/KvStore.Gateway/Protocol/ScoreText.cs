using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace KvStore.Gateway.Protocol;

/// <summary>Scores as text: read as C's strtod reads them, written as its "%.17g" writes them. So does Redis.</summary>
internal static class ScoreText
{
    /// <summary>The longest text written: a sign, 17 digits, a point and an exponent of three digits.</summary>
    public const int LengthMax = 32;

    private const int Digits = 17;
    private const double WholeMax = 1e17;
    private const double IntegerMax = long.MaxValue / 2;

    /// <summary>Reads a score: no text around it, and within the range of doubles.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double score)
    {
        score = 0;
        return !text.IsEmpty && !IsSpace(text[0]) && TryParseNumber(text, out score, out bool isInRange) && isInRange;
    }

    /// <summary>
    /// Reads an end of a range: as Redis up to the first zero byte, with blanks before it, and 0 for nothing. After a
    /// parenthesis it is excluded.
    /// </summary>
    public static bool TryParseBound(ReadOnlySpan<byte> text, out double score, out bool isExcluded)
    {
        int end = text.IndexOf((byte)0);
        if (end >= 0) text = text[..end];
        isExcluded = text is [(byte)'(', ..];
        if (isExcluded) text = text[1..];
        score = 0;
        if (text.IsEmpty) return true;
        while (!text.IsEmpty && IsSpace(text[0])) text = text[1..];
        return TryParseNumber(text, out score, out _);
    }

    /// <summary>Writes the text and returns its length.</summary>
    public static int Format(double score, Span<byte> destination)
    {
        if (double.IsInfinity(score)) return Put(score > 0 ? "inf"u8 : "-inf"u8, destination);
        if (score == 0) return Put(double.IsNegative(score) ? "-0"u8 : "0"u8, destination);
        if (Math.Abs(score) < WholeMax && Math.Truncate(score) == score) return FormatInteger(score, destination);
        Span<byte> scientific = stackalloc byte[LengthMax];
        score.TryFormat(scientific, out int length, "E16", CultureInfo.InvariantCulture);
        return FormatScientific(scientific[..length], destination);
    }

    /// <summary>Writes the text as ZSCAN tells it: integers of about 62 bits without an exponent.</summary>
    public static int FormatForScan(double score, Span<byte> destination) =>
        Math.Abs(score) <= IntegerMax && Math.Truncate(score) == score
            ? FormatInteger(score, destination)
            : Format(score, destination);

    private static int FormatInteger(double score, Span<byte> destination)
    {
        Utf8Formatter.TryFormat((long)score, destination, out int written);
        return written;
    }

    /// <summary>Makes of -d.ddddE+xxx what "%g" makes of it.</summary>
    private static int FormatScientific(ReadOnlySpan<byte> scientific, Span<byte> destination)
    {
        int length = 0;
        if (scientific[0] == '-')
        {
            destination[length++] = (byte)'-';
            scientific = scientific[1..];
        }
        int exponentAt = scientific.IndexOf((byte)'E');
        int exponent = int.Parse(
            scientific[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[Digits];
        digits[0] = scientific[0];
        scientific[2..exponentAt].CopyTo(digits[1..]);
        int significant = digits.LastIndexOfAnyExcept((byte)'0') + 1;
        if (exponent is < -4 or >= Digits)
        {
            length += PutWithPoint(digits[..significant], 1, destination[length..]);
            destination[length++] = (byte)'e';
            destination[length++] = (byte)(exponent < 0 ? '-' : '+');
            Utf8Formatter.TryFormat(Math.Abs(exponent), destination[length..], out int written, new('D', 2));
            return length + written;
        }
        if (exponent >= 0)
            return length + PutWithPoint(digits[..Math.Max(significant, exponent + 1)], exponent + 1,
                destination[length..]);
        length += Put("0."u8, destination[length..]);
        for (int i = exponent; i < -1; i++) destination[length++] = (byte)'0';
        return length + Put(digits[..significant], destination[length..]);
    }

    private static int PutWithPoint(ReadOnlySpan<byte> digits, int whole, Span<byte> destination)
    {
        int length = Put(digits[..whole], destination);
        if (digits.Length == whole) return length;
        destination[length++] = (byte)'.';
        return length + Put(digits[whole..], destination[length..]);
    }

    private static int Put(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> text, out double value, out bool isInRange)
    {
        bool isNegative = text is [(byte)'-', ..];
        ReadOnlySpan<byte> unsigned = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        isInRange = true;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || Ascii.EqualsIgnoreCase(unsigned, "infinity"u8))
        {
            value = double.PositiveInfinity;
        }
        else
        {
            bool isHex = unsigned is [(byte)'0', (byte)'x' or (byte)'X', ..];
            bool hasValue;
            if (!(isHex
                ? HexText.TryParse(unsigned[2..], out value, out hasValue)
                : TryParseDecimal(unsigned, out value, out hasValue))) return false;
            isInRange = double.IsFinite(value) && (value != 0 || !hasValue);
        }
        if (isNegative) value = -value;
        return true;
    }

    /// <summary>Reads digits with at most one point, and perhaps an exponent, of any lengths.</summary>
    private static bool TryParseDecimal(ReadOnlySpan<byte> text, out double value, out bool hasValue)
    {
        (value, hasValue) = (0, false);
        int exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        if (exponentAt >= 0 && !HexText.TryParseExponent(text[(exponentAt + 1)..], out _)) return false;
        int digits = 0, points = 0;
        foreach (byte c in exponentAt < 0 ? text : text[..exponentAt])
        {
            if (c == '.') points++;
            else if (char.IsAsciiDigit((char)c)) digits++;
            else return false;
            hasValue |= c is >= (byte)'1' and <= (byte)'9';
        }
        return digits > 0 && points <= 1 && double.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsSpace(byte c) => c is (byte)' ' or >= (byte)'\t' and <= (byte)'\r';
}
