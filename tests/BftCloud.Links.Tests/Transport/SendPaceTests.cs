using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class SendPaceTests
{
    private const int BytesPerSecond = 10 << 20;

    private readonly ManualTime _time = new();

    [Fact]
    public void After_a_rest_so_much_leaves_at_once_and_then_as_much_as_the_time_allows()
    {
        SendPace pace = new(BytesPerSecond, _time);
        Assert.True(pace.PayAsync(SendPace.BurstBytes).IsCompleted);
        Task later = pace.PayAsync(BytesPerSecond);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(later.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(later.IsCompleted);
    }

    [Fact]
    public void Those_that_always_have_something_to_send_get_equal_shares()
    {
        const int Links = 4, Bytes = 256 << 10;
        SendPace pace = new(BytesPerSecond, _time);
        int[] sends = new int[Links];
        Task[] paid = [.. Enumerable.Repeat(Task.CompletedTask, Links)];
        for (int millisecond = 0; millisecond < 10_000; millisecond++)
        {
            for (int link = 0; link < Links; link++)
            {
                if (!paid[link].IsCompleted) continue;
                sends[link]++;
                paid[link] = pace.PayAsync(Bytes);
            }
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        long expected = 10L * BytesPerSecond / Bytes / Links;
        Assert.All(sends, share => Assert.InRange(share, expected * 9 / 10, expected * 11 / 10));
    }
}
