using BftSmr.Client;

namespace BftSmr.Tests.Client;

public class SharedTimerTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _calls = [];

    [Fact]
    public void There_is_one_for_all_who_live_by_a_clock()
    {
        Assert.Same(SharedTimer.Of(_time), SharedTimer.Of(_time));
        Assert.NotSame(SharedTimer.Of(_time), SharedTimer.Of(new ManualTime()));
    }

    [Fact]
    public void Alarms_of_a_point_of_the_grid_go_off_together_and_once()
    {
        Alarm("a").Set(3_000);
        Alarm("b").Set(16_000);
        Alarm("c").Set(16_001);

        Advance(15);
        Assert.Empty(_calls);
        Advance(2);
        Assert.Equal(["a", "b"], _calls.Order());
        Advance(16);
        Assert.Equal("c", _calls[^1]);
        Advance(1000);
        Assert.Equal(3, _calls.Count);
    }

    [Fact]
    public void An_alarm_that_is_set_again_goes_off_at_the_last_time_only()
    {
        using SharedTimer.Alarm earlier = Alarm("earlier"), later = Alarm("later");
        earlier.Set(100_000);
        earlier.Set(20_000);
        later.Set(20_000);
        later.Set(100_000);

        Advance(33);
        Assert.Equal(["earlier"], _calls);
        Advance(100);
        Assert.Equal(["earlier", "later"], _calls);
        earlier.Set(200_000);
        Advance(100);
        Assert.Equal(["earlier", "later", "earlier"], _calls);
    }

    [Fact]
    public void An_alarm_that_was_disposed_is_silent()
    {
        SharedTimer.Alarm alarm = Alarm("a");
        alarm.Set(10_000);
        alarm.Dispose();
        Advance(1000);
        Assert.Empty(_calls);
    }

    [Fact]
    public void A_clock_whose_timers_go_off_early_makes_no_alarm_go_off_early()
    {
        HastyTime hasty = new(_time);
        SharedTimer timer = SharedTimer.Of(hasty);
        timer.CreateAlarm(() => _calls.Add($"{timer.NowMicros >= 160_000}")).Set(160_000);
        for (int i = 0; i < 200; i++) Advance(1);
        Assert.Equal(["True"], _calls);
    }

    [Fact]
    public void A_time_beyond_what_timers_can_wait_comes_nevertheless()
    {
        Alarm("next year").Set((long)TimeSpan.FromDays(365).TotalMicroseconds);
        _time.Advance(TimeSpan.FromDays(364));
        Assert.Empty(_calls);
        _time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(["next year"], _calls);
    }

    private SharedTimer.Alarm Alarm(string name) => SharedTimer.Of(_time).CreateAlarm(() => _calls.Add(name));

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
