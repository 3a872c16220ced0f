using System.Globalization;
using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Tests.Resp.Protocol;

public class ScoreTextTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("1", "1")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("0.1", "0.10000000000000001")]
    [InlineData("3.0000000000000001", "3")]
    [InlineData("100000", "100000")]
    [InlineData("12345.678", "12345.678")]
    [InlineData("99999999999999984", "99999999999999984")]
    [InlineData("1e17", "1e+17")]
    [InlineData("-123456789012345678", "-1.2345678901234568e+17")]
    [InlineData("1e20", "1e+20")]
    [InlineData("1.5e300", "1.5000000000000001e+300")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1.0000000000000001e-05")]
    [InlineData("1e-7", "9.9999999999999995e-08")]
    [InlineData("1e-320", "9.9998886718268301e-321")]
    [InlineData("100000000000000.125", "100000000000000.12")]
    [InlineData("100000000000000.375", "100000000000000.38")]
    [InlineData("0x1p-3", "0.125")]
    [InlineData("0X.8P4", "8")]
    [InlineData("-0x10", "-16")]
    [InlineData("0x1.00000000000008", "1")]
    [InlineData("0x1.000000000000080001", "1.0000000000000002")]
    [InlineData("+Infinity", "inf")]
    [InlineData("-INF", "-inf")]
    [InlineData("0e99999999999999999999", "0")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    public void Is_read_and_written_as_C_does(string text, string written)
    {
        Assert.True(ScoreText.TryParse(Encoding.Latin1.GetBytes(text), out double score));
        Assert.Equal(written, Format(score));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\0")]
    [InlineData("nan")]
    [InlineData("nan(1)")]
    [InlineData("x")]
    [InlineData("+")]
    [InlineData(".")]
    [InlineData("e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("0x")]
    [InlineData("0x.")]
    [InlineData("0xg")]
    [InlineData("0x1p")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e-400")]
    [InlineData("0x1p-2000")]
    [InlineData("0x1p2000")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1,5")]
    public void Is_refused_as_C_and_Redis_do(string text) =>
        Assert.False(ScoreText.TryParse(Encoding.Latin1.GetBytes(text), out _));

    [Theory]
    [InlineData("(1", 1, true)]
    [InlineData("1", 1, false)]
    [InlineData("", 0, false)]
    [InlineData("(", 0, true)]
    [InlineData(" 1", 1, false)]
    [InlineData("( 1", 1, true)]
    [InlineData("1\0x", 1, false)]
    [InlineData("1e400", double.PositiveInfinity, false)]
    [InlineData("1e-400", 0, false)]
    public void Ends_of_ranges_are_read_as_Redis_does(string text, double expected, bool excluded)
    {
        Assert.True(ScoreText.TryParseBound(Encoding.Latin1.GetBytes(text), out double score, out bool isExcluded));
        Assert.Equal((expected, excluded), (score, isExcluded));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("1 ")]
    [InlineData("((1")]
    [InlineData("(nan")]
    public void Ends_of_ranges_are_refused_as_Redis_does(string text) =>
        Assert.False(ScoreText.TryParseBound(Encoding.Latin1.GetBytes(text), out _, out _));

    [Fact]
    public void What_is_written_is_read_as_the_same_number()
    {
        Random random = new(1);
        for (int i = 0; i < 100_000; i++)
        {
            double score = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsNaN(score)) continue;
            string text = Format(score);
            Assert.True(ScoreText.TryParse(Encoding.Latin1.GetBytes(text), out double read), text);
            Assert.Equal(score, read);
            Assert.Equal(score, double.Parse(text.Replace("inf", "Infinity"), CultureInfo.InvariantCulture));
        }
    }

    private static string Format(double score)
    {
        Span<byte> text = stackalloc byte[ScoreText.LengthMax];
        return Encoding.Latin1.GetString(text[..ScoreText.Format(score, text)]);
    }
}
