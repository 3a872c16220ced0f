using BftCloud.Testing.Fuzzing;
using MessagePack;

namespace KvStore.Tests.Decoders;

/// <summary>
/// What becomes of inputs of the corpus that once caused an error that their target did not declare, or did not end.
/// </summary>
public class FoundInputTests
{
    private static readonly Corpus s_corpus = Corpus.Of("KvStore.Tests");

    private readonly KvClient _client = new(new LocalService(new ManualTime()), new ManualTime());

    [Fact]
    public async Task A_listing_whose_pages_do_not_get_on_is_refused()
    {
        KvClient client = new(Constant.Of("page-that-does-not-get-on"), TimeProvider.System);
        KvException error = await Assert.ThrowsAsync<KvException>(
            async () => { await foreach (KvPair _ in client.ListAsync()) { } });
        Assert.Equal(KvErrorCode.Malformed, error.Code);
    }

    [Theory]
    [InlineData("expiry-last-of-64-bits")]
    [InlineData("expiry-first-of-64-bits")]
    public async Task An_expiry_that_is_no_time_is_refused(string input)
    {
        KvClient client = new(Constant.Of(input), TimeProvider.System);
        Assert.Equal(
            KvErrorCode.Malformed, (await Assert.ThrowsAsync<KvException>(() => client.GetVersionedAsync("k"))).Code);
    }

    [Theory]
    [InlineData("sixteen-bytes-or-more")]
    [InlineData("expiry-beyond-time")]
    [InlineData("sliding-beyond-time")]
    [InlineData("expiry-alone")]
    public async Task What_others_put_under_the_name_of_a_cache_entry_is_no_entry(string input)
    {
        await _client.PutAsync(
            new KvDistributedCacheOptions().KeyPrefix + "k", s_corpus.Read("cache entry", input));
        KvDistributedCache cache = new(_client, clock: new ManualTime());
        Assert.Null(await cache.GetAsync("k"));
        await cache.RefreshAsync("k");
    }

    /// <summary>Answers everything alike; an answer to a query says first that there is no time to it.</summary>
    private sealed class Constant(byte[] reply) : IReplicatedService
    {
        public static Constant Of(string input) =>
            new([MessagePackCode.Nil, .. s_corpus.Read("reply to a client", input)]);

        public Task<ReadOnlyMemory<byte>> InvokeAsync(
            ReadOnlyMemory<byte> operation,
            CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing is written.");

        public Task<ReadOnlyMemory<byte>> QueryAsync(
            ReadOnlyMemory<byte> operation,
            CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(reply);
    }
}
