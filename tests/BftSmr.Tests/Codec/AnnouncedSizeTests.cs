namespace BftSmr.Tests.Codec;

/// <summary>A count or a length costs nothing before the bytes are there that it speaks of.</summary>
public sealed class AnnouncedSizeTests
{
    [Theory]
    [InlineData("peer", "94010000930000dd7fffffff")]
    [InlineData("peer", "94010000930000dc0400")]
    [InlineData("peer", "94010000930000ddffffffff")]
    [InlineData("peer", "920793c67fffffff")]
    [InlineData("peer",
        "920797000000009300c420000000000000000000000000000000000000000000000000000000000000000090dc4080")]
    [InlineData("peer", "920797000000009301c4200000000000000000000000000000000000000000000000000000000000000000dc0040")]
    [InlineData("peer", "930800dc0040")]
    [InlineData("peer", "930800dd40000000")]
    [InlineData("peer", "940f00dc010090")]
    [InlineData("peer", "95130000c67fffffff")]
    [InlineData("peer", "95130000c400dc001f")]
    [InlineData("client", "972300000000c2c6ffffffff")]
    [InlineData("client", "95220000c3c6ffffffff")]
    [InlineData("client", "922193c6ffffffff")]
    [InlineData("log", "9442009200c4200000000000000000000000000000000000000000000000000000000000000000930000dc0400")]
    [InlineData("batch", "930000dc0400")]
    public void A_large_count_without_the_bytes_costs_nothing(string decoder, string hex)
    {
        (Wire.Acceptor accepts, _, _) = Wire.Decoders[decoder];
        byte[] bytes = Convert.FromHexString(hex);
        accepts(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = accepts(bytes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.False(accepted);
        Assert.InRange(allocated, 0, 256);
    }
}
