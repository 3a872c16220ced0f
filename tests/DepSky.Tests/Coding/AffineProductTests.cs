using System.Numerics;
using DepSky.Coding;

namespace DepSky.Tests.Coding;

public sealed class AffineProductTests
{
    /// <summary>
    /// As the manual says that GF2P8AFFINEQB works: bit i of the result is the parity of byte 7-i of the matrix and the
    /// operand. So the matrices are right even where no processor with GFNI runs the tests.
    /// </summary>
    [Fact]
    public void Each_matrix_multiplies_by_its_factor()
    {
        for (int factor = 0; factor < 256; factor++)
        {
            ulong matrix = AffineProduct.Of((byte)factor);
            for (int x = 0; x < 256; x++)
            {
                int result = 0;
                for (int bit = 0; bit < 8; bit++)
                    result |= (BitOperations.PopCount((uint)(matrix >> 8 * (7 - bit)) & (uint)x & 0xFF) & 1) << bit;
                Assert.Equal(GaloisField.Multiply((byte)factor, (byte)x), (byte)result);
            }
        }
    }
}
