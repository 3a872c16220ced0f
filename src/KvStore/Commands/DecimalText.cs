using System.Globalization;

namespace KvStore.Commands;

/// <summary>
/// Numbers with a fraction as decimal text. Computed in decimal, not binary, arithmetic: the same at every replica,
/// on any processor, and 0.1 + 0.2 is 0.3.
/// </summary>
internal static class DecimalText
{
    /// <summary>The longest text written: a sign, 29 digits and a point.</summary>
    public const int LengthMax = 32;

    private const int Decimals = 17;
    private const NumberStyles Styles =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value) =>
        decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out value)
        && !text.Contains((byte)0); // which the library takes at the end

    /// <summary>False if the sum is beyond 28 digits.</summary>
    public static bool TryAdd(decimal left, decimal right, out decimal sum)
    {
        try
        {
            sum = decimal.Round(left + right, Decimals);
            return true;
        }
        catch (OverflowException)
        {
            sum = 0;
            return false;
        }
    }

    /// <summary>Writes the text, without trailing zeros, and returns its length.</summary>
    public static int Format(decimal value, Span<byte> destination)
    {
        value.TryFormat(destination, out int written, "0.#################", CultureInfo.InvariantCulture);
        return written;
    }
}
