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

    [Fact]
    public async Task One_remote_has_no_more_than_is_left_for_all_others()
    {
        TotalBudget total = new(100_000);
        LinkBacklog greedy = new(bytesMax: 1 << 20, total), other = new(1 << 20, total);
        int greedyBytes = Fill(greedy), otherBytes = Fill(other);
        Assert.InRange(greedyBytes, 45_000, 55_000);
        Assert.InRange(otherBytes, 20_000, 30_000);
        Assert.InRange(total.Free, 20_000, 30_000);

        Assert.True(greedy.TryAdd(1, out ValueTask room));
        Assert.False(room.IsCompleted);
        Assert.True(other.TryAdd(1, out room));
        Assert.False(room.IsCompleted);
        for (int bytes = 0; bytes < otherBytes; bytes += 1000) other.Take(1000 - 256);
        await room.AsTask().WaitAsync(Patience.Time);
    }

    [Fact]
    public async Task A_remote_has_one_message_at_a_time_even_if_others_have_taken_all()
    {
        TotalBudget total = new(1000);
        total.Add(5000);
        LinkBacklog late = new(bytesMax: 1 << 20, total);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(late.TryAdd(100, out ValueTask room));
            Assert.False(room.IsCompleted);
            Assert.False(late.TryAdd(100, out _));
            late.Take(100);
            await room.AsTask().WaitAsync(Patience.Time);
        }
        Assert.Equal(-4000, total.Free);
    }

    private static int Fill(LinkBacklog backlog)
    {
        int bytes = 0;
        bool hasRoom = true;
        for (; hasRoom; bytes += 1000)
        {
            Assert.True(backlog.TryAdd(1000 - 256, out ValueTask room));
            hasRoom = room.IsCompleted;
        }
        return bytes;
    }
}
