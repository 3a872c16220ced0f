using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class FramePoolTests
{
    [Fact]
    public void Large_pieces_are_used_again_the_smallest_that_will_do()
    {
        FramePool pool = new(spareBytesMax: 4 << 20);
        byte[] large = pool.Rent(500_000), larger = pool.Rent(900_000);
        Assert.InRange(large.Length, 500_000, 600_000);
        pool.Return(larger);
        pool.Return(large);
        Assert.Equal(large.Length + larger.Length, pool.SpareBytes);

        Assert.Same(large, pool.Rent(100_000));
        Assert.Same(larger, pool.Rent(100_000));
        Assert.NotSame(larger, pool.Rent(100_000));
        Assert.Equal(0, pool.SpareBytes);
    }

    [Fact]
    public void No_more_is_kept_than_the_bound_whatever_was_rented()
    {
        FramePool pool = new(spareBytesMax: 1 << 20);
        List<byte[]> rented = [.. Enumerable.Range(1, 50).Select(i => pool.Rent(i * 50_000))];
        foreach (byte[] bytes in rented)
        {
            pool.Return(bytes);
            Assert.InRange(pool.SpareBytes, 0, 1 << 20);
        }
        Assert.NotEqual(0, pool.SpareBytes);
    }
}
