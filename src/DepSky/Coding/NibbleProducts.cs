namespace DepSky.Coding;

/// <summary>A factor's products with the 16 low halves of a byte, then with the 16 high halves: multiplication by two look-ups (Plank, Greenan and Miller, FAST 2013).</summary>
internal static unsafe class NibbleProducts
{
    public const int Bytes = 32;

    public static void Write(byte factor, byte* destination)
    {
        for (int half = 0; half < 16; half++)
        {
            destination[half] = GaloisField.Multiply(factor, (byte)half);
            destination[16 + half] = GaloisField.Multiply(factor, (byte)(half << 4));
        }
    }
}
