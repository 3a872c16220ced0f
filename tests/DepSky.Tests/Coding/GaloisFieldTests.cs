using DepSky.Coding;

namespace DepSky.Tests.Coding;

public sealed class GaloisFieldTests
{
    [Fact]
    public void Both_products_are_polynomial_multiplication_modulo_0x11D()
    {
        for (int a = 0; a < 256; a++)
        {
            for (int b = 0; b < 256; b++)
            {
                byte expected = Product(a, b);
                Assert.Equal(expected, GaloisField.Multiply((byte)a, (byte)b));
                Assert.Equal(expected, GaloisField.MultiplySecret((byte)a, (byte)b));
            }
        }
    }

    [Fact]
    public void Every_element_but_zero_has_an_inverse()
    {
        for (int a = 1; a < 256; a++) Assert.Equal(1, GaloisField.Multiply((byte)a, GaloisField.Invert((byte)a)));
        Assert.Throws<DivideByZeroException>(() => GaloisField.Invert(0));
    }

    private static byte Product(int a, int b)
    {
        int product = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            if ((b >> bit & 1) != 0) product ^= a << bit;
        }
        for (int bit = 15; bit >= 8; bit--)
        {
            if ((product >> bit & 1) != 0) product ^= 0x11D << (bit - 8);
        }
        return (byte)product;
    }
}
