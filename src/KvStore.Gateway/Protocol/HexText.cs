namespace KvStore.Gateway.Protocol;

/// <summary>Hexadecimal floating-point numbers, as C's strtod reads them behind 0x.</summary>
internal static class HexText
{
    private const int BitsPerDigit = 4;

    // Beyond these every number is infinite or 0, however many digits it has.
    private const int ExponentMax = 1 << 24;

    private const ulong TopDigit = 0xful << 60;

    /// <summary>Reads digits with at most one point, and perhaps an exponent of 2.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number, rounded to the nearest double.</param>
    /// <param name="hasValue">A digit is not 0.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value, out bool hasValue)
    {
        (value, hasValue) = (0, false);
        int exponentAt = text.IndexOfAny((byte)'p', (byte)'P');
        long exponent = 0;
        if (exponentAt >= 0 && !TryParseExponent(text[(exponentAt + 1)..], out exponent)) return false;
        ReadOnlySpan<byte> digits = exponentAt < 0 ? text : text[..exponentAt];
        ulong mantissa = 0;
        bool isBehindPoint = false, hasDigits = false;
        foreach (byte c in digits)
        {
            if (c == '.' && !isBehindPoint)
            {
                isBehindPoint = true;
                continue;
            }
            if (!char.IsAsciiHexDigit((char)c)) return false;
            hasDigits = true;
            ulong digit = (ulong)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
            if (isBehindPoint) exponent -= BitsPerDigit;
            if ((mantissa & TopDigit) == 0)
            {
                mantissa = mantissa << BitsPerDigit | digit;
                continue;
            }
            exponent += BitsPerDigit;
            if (digit != 0) mantissa |= 1; // which decides only between two doubles
        }
        hasValue = mantissa != 0;
        if (hasValue) value = Math.ScaleB(mantissa, (int)Math.Clamp(exponent, -ExponentMax, ExponentMax));
        return hasDigits;
    }

    /// <summary>Reads an exponent: digits, perhaps with a sign. Large ones are cut.</summary>
    public static bool TryParseExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        exponent = 0;
        bool isNegative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        foreach (byte c in text) exponent = Math.Min(10 * exponent + c - '0', ExponentMax);
        if (isNegative) exponent = -exponent;
        return true;
    }
}
