namespace DepSky.Coding;

/// <summary>
/// A factor's products with the 16 low halves of a byte, then with the 16 high halves: multiplication by two look-ups
/// (Plank, Greenan and Miller, FAST 2013).
/// </summary>
internal static unsafe class NibbleProducts
{
    public const int Bytes = 32;

    private static readonly byte[] OfAll = Compute();

    public static void Write(byte factor, byte* destination) =>
        OfAll.AsSpan(factor * Bytes, Bytes).CopyTo(new Span<byte>(destination, Bytes));

    private static byte[] Compute()
    {
        byte[] products = new byte[256 * Bytes];
        for (int factor = 0; factor < 256; factor++)
        {
            for (int half = 0; half < 16; half++)
            {
                products[factor * Bytes + half] = GaloisField.Multiply((byte)factor, (byte)half);
                products[factor * Bytes + 16 + half] = GaloisField.Multiply((byte)factor, (byte)(half << 4));
            }
        }
        return products;
    }
}
