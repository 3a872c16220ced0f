
namespace KvStore.Tests.Decoders;

/// <summary>
/// Inputs that fuzzing found, each of which once got through as an error that nobody had declared, or did not end.
/// </summary>
public class FoundInputTests
{
    private readonly KvClient _client = new(new LocalService(new ManualClock()), new ManualClock());

    [Fact]
    public async Task A_listing_whose_pages_do_not_get_on_is_refused()
    {
        KvClient client = new(new Constant("c095c405ce39e4739d"), TimeProvider.System); // the page after "ce39e4739d" says to go on after "ce39e4739d"
        KvException error = await Assert.ThrowsAsync<KvException>(
            async () => { await foreach (KvPair _ in client.ListAsync()) { } });
        Assert.Equal(KvErrorCode.Malformed, error.Code);
    }

    [Theory]
    [InlineData("c093c401610ecf7fffffffffffffff")] // the last time there is in 64 bits
    [InlineData("c093c401610ed38000000000000000")]
    public async Task An_expiry_that_is_no_time_is_refused(string reply)
    {
        KvClient client = new(new Constant(reply), TimeProvider.System);
        Assert.Equal(
            KvErrorCode.Malformed, (await Assert.ThrowsAsync<KvException>(() => client.GetVersionedAsync("k"))).Code);
    }

    [Theory]
    [InlineData("sixteen bytes or more")]
    [InlineData("\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\0\0\0\0\0\0")]
    [InlineData("\0\0\0\0\0\0\0\u0001\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task What_others_put_under_the_name_of_a_cache_entry_is_no_entry(string held)
    {
        await _client.PutAsync(
            new KvDistributedCacheOptions().KeyPrefix + "k", System.Text.Encoding.Latin1.GetBytes(held));
        KvDistributedCache cache = new(_client, clock: new ManualClock());
        Assert.Null(await cache.GetAsync("k"));
        await cache.RefreshAsync("k");
    }

    private sealed class Constant(string reply) : IReplicatedService
    {
        public Task<ReadOnlyMemory<byte>> InvokeAsync(
            ReadOnlyMemory<byte> operation,
            CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing is written.");

        public Task<ReadOnlyMemory<byte>> QueryAsync(
            ReadOnlyMemory<byte> operation,
            CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(Convert.FromHexString(reply));
    }
}
