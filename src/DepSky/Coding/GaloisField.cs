namespace DepSky.Coding;

/// <summary>
/// The field of 256 elements, GF(2)[x] modulo x^8+x^4+x^3+x^2+1 (0x11D), in which 2 generates all others: the field
/// that storage coding commonly uses. Addition is exclusive or.
/// </summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11D;

    private static readonly byte[] Logarithms = new byte[256];
    private static readonly byte[] Powers = new byte[510];

    static GaloisField()
    {
        int power = 1;
        for (int i = 0; i < 255; i++)
        {
            Powers[i] = Powers[i + 255] = (byte)power;
            Logarithms[power] = (byte)i;
            power <<= 1;
            if (power > 255) power ^= Polynomial;
        }
    }

    /// <summary>The product, by tables. Where operands are secret, use <see cref="MultiplySecret"/>.</summary>
    public static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : Powers[Logarithms[a] + Logarithms[b]];

    /// <summary>The product in a time, and with memory accesses, that do not depend on the operands.</summary>
    public static byte MultiplySecret(byte a, byte b)
    {
        int product = 0, shifted = a;
        for (int bit = 0; bit < 8; bit++)
        {
            product ^= shifted & -((b >> bit) & 1);
            shifted = (shifted << 1) ^ (Polynomial & -((shifted >> 7) & 1));
        }
        return (byte)product;
    }

    /// <summary>The element whose product with <paramref name="a"/> is 1.</summary>
    /// <exception cref="DivideByZeroException">Zero has none.</exception>
    public static byte Invert(byte a) =>
        a == 0 ? throw new DivideByZeroException("Zero has no inverse.") : Powers[255 - Logarithms[a]];
}
