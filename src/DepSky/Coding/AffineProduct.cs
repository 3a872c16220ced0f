namespace DepSky.Coding;

/// <summary>
/// Multiplication by a factor as the 8x8 bit matrix that GF2P8AFFINEQB wants: multiplication is linear over bits, so
/// that instruction serves any polynomial, unlike GF2P8MULB.
/// </summary>
internal static class AffineProduct
{
    private static readonly ulong[] Matrices = [.. Enumerable.Range(0, 256).Select(factor => Compute((byte)factor))];

    public static ulong Of(byte factor) => Matrices[factor];

    private static ulong Compute(byte factor)
    {
        ulong matrix = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            int row = 0;
            for (int j = 0; j < 8; j++) row |= ((GaloisField.Multiply(factor, (byte)(1 << j)) >> bit) & 1) << j;
            matrix |= (ulong)row << (8 * (7 - bit));
        }
        return matrix;
    }
}
