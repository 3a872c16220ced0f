using BftSmr.Hosting;

namespace BftSmr.Tests.Hosting;

public sealed class RecentRateTests
{
    private const long Second = 1_000_000;

    private readonly RecentRate _rate = new();

    [Fact]
    public void A_count_seen_once_has_no_rate()
    {
        Assert.Null(_rate.PerSecond);
        _rate.Note(7 * Second, 100);
        Assert.Null(_rate.PerSecond);
    }

    [Fact]
    public void The_rate_is_that_of_the_last_five_seconds()
    {
        for (int tenth = 0; tenth <= 100; tenth++) _rate.Note(tenth * Second / 10, tenth * 10);
        Assert.Equal(100, _rate.PerSecond);
        for (int tenth = 101; tenth <= 125; tenth++) _rate.Note(tenth * Second / 10, 1000);
        Assert.Equal(50, _rate.PerSecond);
        for (int tenth = 126; tenth <= 150; tenth++) _rate.Note(tenth * Second / 10, 1000);
        Assert.Equal(0, _rate.PerSecond);
    }

    [Fact]
    public void A_count_that_is_seen_rarely_has_the_rate_between_two_looks()
    {
        _rate.Note(0, 0);
        _rate.Note(20 * Second, 600);
        Assert.Equal(30, _rate.PerSecond);
        _rate.Note(40 * Second, 600);
        Assert.Equal(0, _rate.PerSecond);
    }

    [Fact]
    public void A_look_at_the_same_time_or_an_earlier_one_changes_nothing()
    {
        _rate.Note(0, 0);
        _rate.Note(Second, 10);
        _rate.Note(Second, 99);
        _rate.Note(Second / 2, 99);
        Assert.Equal(10, _rate.PerSecond);
    }

    [Fact]
    public void A_count_that_falls_begins_anew()
    {
        _rate.Note(0, 1000);
        _rate.Note(Second, 2000);
        _rate.Note(2 * Second, 5);
        Assert.Null(_rate.PerSecond);
        _rate.Note(3 * Second, 12);
        Assert.Equal(7, _rate.PerSecond);
    }
}
