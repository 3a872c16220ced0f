using BftCloud.Common;

namespace BftCloud.Tests.Common;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void Times_have_a_number_and_a_unit(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("30s")]
    [InlineData("500ms")]
    [InlineData("1500ms")]
    [InlineData("2m")]
    [InlineData("1h")]
    public void A_time_is_written_as_it_is_read(string text)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan time));
        Assert.Equal(text, new Duration(time).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1e3s")]
    [InlineData("8000h")]
    [InlineData("1 s")]
    public void Other_texts_are_no_times(string text) => Assert.False(Duration.TryParse(text, out _));
}
