using System.Globalization;
using KvStore.Commands;

namespace KvStore.Gateway.Commands;

/// <summary>Increments as INCRBYFLOAT and HINCRBYFLOAT give them.</summary>
internal static class DecimalArgument
{
    /// <summary>What is no number to the store.</summary>
    public static ReadOnlySpan<byte> NoNumber => "x"u8;

    // Half of the smallest positive number that Redis' long double holds: less is 0 to it, and refused.
    private const int LeastExponent = -4951;
    private const double LeastMantissa = 1.8225997659412373;

    private const int DigitsMax = 20;

    /// <summary>Whether it is a number to the store, and to Redis.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text) => DecimalText.TryParse(text, out _) && !IsTooSmall(text);

    /// <summary>Whether a number is so close to 0, without being 0, that Redis refuses it.</summary>
    private static bool IsTooSmall(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart("+-"u8);
        int exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0) return false;
        long exponent = 0;
        if (exponentAt >= 0 && !long.TryParse(
            text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return text[exponentAt + 1] == '-';
        int point = mantissa.IndexOf((byte)'.');
        int whole = point < 0 ? mantissa.Length : point;
        exponent += first < whole ? whole - first - 1 : whole - first; // of the first digit that is not 0
        return exponent < LeastExponent || exponent == LeastExponent && Leading(mantissa[first..]) < LeastMantissa;
    }

    /// <summary>The digits with a point behind the first.</summary>
    private static double Leading(ReadOnlySpan<byte> digits)
    {
        double value = 0, unit = 1;
        foreach (byte c in digits[..Math.Min(digits.Length, DigitsMax)])
        {
            if (c == '.') continue;
            value += (c - '0') * unit;
            unit /= 10;
        }
        return value;
    }
}
