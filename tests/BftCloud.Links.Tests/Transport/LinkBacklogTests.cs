using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class LinkBacklogTests
{
    private const int Bytes = 10_000;

    private readonly LinkBacklog _backlog = new(Bytes);

    [Fact]
    public async Task At_the_limit_there_is_no_room_until_half_was_taken()
    {
        Assert.True(_backlog.TryAdd(Bytes / 2, out ValueTask room));
        Assert.True(room.IsCompleted);
        Assert.True(_backlog.TryAdd(Bytes / 2, out room));
        Assert.False(room.IsCompleted);
        _backlog.Take(Bytes / 2);
        Assert.False(room.IsCompleted); // what a message counts beyond its bytes is still there
        _backlog.Take(Bytes / 2);
        await room.AsTask().WaitAsync(Patience.Time);
    }

    [Fact]
    public void Links_that_come_back_again_and_again_bring_no_more_than_a_multiple()
    {
        int kept = 0;
        for (int i = 0; i < 1000; i++)
        {
            if (_backlog.TryAdd(Bytes / 2, out ValueTask room)) kept++;
            else Assert.False(room.IsCompleted);
        }
        Assert.InRange(kept, 4, 8);
    }
}
