namespace Memcache.Server.Protocol;

/// <summary>
/// Numbers as memcached reads them, by C's strtol and strtoull: blanks and a sign may stand before them, and anything
/// behind a blank. Numbers of 64 bits are cut to 32 where memcached does that.
/// </summary>
internal static class NumberText
{
    private const byte Nul = 0;

    /// <summary>A signed number, cut to 32 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (!TryParse(text, out ulong magnitude, out bool isNegative)) return false;
        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue)) return false;
        number = unchecked((int)(isNegative ? 0 - magnitude : magnitude));
        return true;
    }

    /// <summary>An unsigned number, cut to 32 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out uint number)
    {
        bool isNumber = TryParse(text, out ulong whole);
        number = unchecked((uint)whole);
        return isNumber;
    }

    /// <summary>An unsigned number of 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        if (!TryParse(text, out ulong magnitude, out bool isNegative)) return false;
        ulong value = unchecked(isNegative ? 0 - magnitude : magnitude);
        if ((long)value < 0 && text.Contains((byte)'-')) return false;
        number = value;
        return true;
    }

    /// <summary>As C's isspace.</summary>
    public static bool IsBlank(byte character) => character is (byte)' ' or (>= 9 and <= 13);

    private static bool TryParse(ReadOnlySpan<byte> text, out ulong magnitude, out bool isNegative)
    {
        magnitude = 0;
        int at = 0;
        while (at < text.Length && IsBlank(text[at])) at++;
        isNegative = at < text.Length && text[at] == '-';
        if (isNegative || (at < text.Length && text[at] == '+')) at++;
        int first = at;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
        {
            ulong digit = (ulong)(text[at] - '0');
            if (magnitude > (ulong.MaxValue - digit) / 10) return false;
            magnitude = magnitude * 10 + digit;
        }
        return at > first && (at == text.Length || IsBlank(text[at]) || text[at] == Nul);
    }
}
