using BftSmr.Ordering.ModSmart.Synchronization;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

public class ExcusedTimeTests
{
    private readonly ExcusedTime _excused = new();

    [Theory]
    [InlineData(10, 90)]
    [InlineData(20, 80)]
    [InlineData(40, 40)]
    [InlineData(50, 10)]
    [InlineData(70, -10)]
    public void A_moment_is_as_long_ago_as_what_counts_since(long counts, long since)
    {
        _excused.Add(20, 40);
        _excused.Add(60, 80);
        Assert.Equal(since, _excused.Since(100, counts));
    }

    [Fact]
    public void What_counts_since_a_moment_is_all_but_what_is_excused()
    {
        _excused.Add(20, 40);
        _excused.Add(60, 90);
        for (long micros = 1; micros < 60; micros++)
        {
            long since = _excused.Since(100, micros);
            Assert.Equal(micros, 100 - since - _excused.MicrosSince(since));
        }
    }

    [Fact]
    public void Time_that_is_excused_until_now_moves_the_moment_back()
    {
        _excused.Add(50, 100);
        Assert.Equal(45, _excused.Since(100, 5));
    }
}
