using System.Text;

namespace KvStore.Tests.Client;

public class KvClientTests
{
    private readonly ManualTime _clock = new();
    private readonly KvClient _client;

    public KvClientTests() => _client = new KvClient(new LocalService(_clock), _clock);

    [Fact]
    public async Task Puts_gets_and_deletes()
    {
        Assert.Null(await _client.GetAsync("a"));
        Assert.True(await _client.PutAsync("a", "1"));
        Assert.Equal("1", Text(await _client.GetAsync("a")));
        Assert.True(await _client.ExistsAsync("a"));
        Assert.True(await _client.DeleteAsync("a"));
        Assert.False(await _client.DeleteAsync("a"));
        Assert.False(await _client.ExistsAsync("a"));
        await _client.PutAsync("a", "");
        await _client.PutAsync("b", new byte[] { 0, 255 });
        Assert.Equal("", Text(await _client.GetAsync("a")));
        Assert.Equal(2, await _client.DeleteAsync(["a", "b", "c"]));
        Assert.Equal(0, await _client.DeleteAsync([]));
    }

    [Fact]
    public async Task Puts_under_conditions()
    {
        Assert.False(await _client.PutAsync("a", "1", new KvPutOptions { Condition = KvPutCondition.IfPresent }));
        Assert.True(await _client.PutAsync("a", "1", new KvPutOptions { Condition = KvPutCondition.IfAbsent }));
        Assert.False(await _client.PutAsync("a", "2", new KvPutOptions { Condition = KvPutCondition.IfAbsent }));
        Assert.True(await _client.PutAsync("a", "3", new KvPutOptions { Condition = KvPutCondition.IfPresent }));
        Assert.Equal("3", Text(await _client.GetAsync("a")));
    }

    [Fact]
    public async Task Keys_live_as_long_as_they_were_given()
    {
        await _client.PutAsync("a", "1", new KvPutOptions { TimeToLive = TimeSpan.FromSeconds(10) });
        KvVersioned? held = await _client.GetVersionedAsync("a");
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(10), held!.ExpiresAt);
        await _client.PutAsync("a", "2", new KvPutOptions { KeepExpiry = true });
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("2", Text(await _client.GetAsync("a")));
        Assert.True(await _client.ExpireAsync("a", TimeSpan.FromSeconds(5)));
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.True(await _client.ExistsAsync("a"));
        _clock.Advance(TimeSpan.FromSeconds(1.001)); // agreed time runs ahead of the clock by a microsecond a batch
        Assert.False(await _client.ExistsAsync("a"));
        Assert.Null(await _client.GetVersionedAsync("a"));
        Assert.False(await _client.ExpireAsync("a", TimeSpan.FromSeconds(5)));
        await _client.PutAsync("b", "1", new KvPutOptions { TimeToLive = TimeSpan.FromSeconds(10) });
        Assert.True(await _client.PersistAsync("b"));
        Assert.False(await _client.PersistAsync("b"));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await _client.ExistsAsync("b"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _client.ExpireAsync("b", TimeSpan.Zero));
    }

    [Fact]
    public async Task Compares_and_sets()
    {
        Assert.Equal(new KvCompareResult(true, null), await _client.CompareAndSetAsync("a", KvExpectation.Absent, "1"));
        KvCompareResult refused = await _client.CompareAndSetAsync("a", KvExpectation.Absent, "2");
        Assert.False(refused.Swapped);
        Assert.Equal("1", Text(refused.Actual));
        Assert.True((await _client.CompareAndSetAsync("a", KvExpectation.Value("1"), "2")).Swapped);
        Assert.False((await _client.CompareAndSetAsync("a", KvExpectation.Value("1"), "3")).Swapped);
        Assert.True((await _client.CompareAndSetAsync("a", KvExpectation.Present, "3")).Swapped);

        KvVersioned held = (await _client.GetVersionedAsync("a"))!;
        await _client.PutAsync("a", "3"); // the same value, but written again
        Assert.False((await _client.CompareAndSetAsync("a", KvExpectation.Revision(held.Revision), "4")).Swapped);
        held = (await _client.GetVersionedAsync("a"))!;
        Assert.True(
            (await _client.CompareAndSetAsync(
                "a", KvExpectation.Revision(held.Revision), "4", TimeSpan.FromSeconds(1))).Swapped);
        _clock.Advance(TimeSpan.FromSeconds(1.001));
        refused = await _client.CompareAndSetAsync("a", KvExpectation.Present, "5");
        Assert.False(refused.Swapped);
        Assert.Null(refused.Actual);
        Assert.True((await _client.CompareAndSetAsync("a", KvExpectation.Revision(0), "6")).Swapped);
        Assert.True((await _client.CompareAndSetAsync("a", KvExpectation.Value("6"), null)).Swapped);
        Assert.False(await _client.ExistsAsync("a"));
    }

    [Fact]
    public async Task Counts_and_appends()
    {
        Assert.Equal(1, await _client.IncrementAsync("n"));
        Assert.Equal(-9, await _client.IncrementAsync("n", -10));
        Assert.Equal(3, await _client.AppendAsync("t", "abc"));
        Assert.Equal(5, await _client.AppendAsync("t", "de"));
        Assert.Equal(
            KvErrorCode.NotAnInteger, (await Assert.ThrowsAsync<KvException>(() => _client.IncrementAsync("t"))).Code);
        Assert.Equal("abcde", Text(await _client.GetAsync("t")));
        await _client.PutAsync("n", "9223372036854775807");
        Assert.Equal(
            KvErrorCode.Overflow, (await Assert.ThrowsAsync<KvException>(() => _client.IncrementAsync("n"))).Code);
        Assert.Equal(2, await _client.CountAsync());
    }

    [Fact]
    public async Task Lists_by_prefix_in_order_over_many_pages()
    {
        string[] keys = [.. Enumerable.Range(0, 2_500).Select(i => $"k:{i:D5}")];
        foreach (string key in keys.Reverse()) await _client.PutAsync(key, key + "!");
        await _client.PutAsync("j", "x");
        await _client.PutAsync("l", "x");
        List<KvPair> found = [];
        await foreach (KvPair pair in _client.ListAsync("k:", withValues: true)) found.Add(pair);
        Assert.Equal(keys, found.Select(p => Text(p.Key)));
        Assert.All(found, p => Assert.Equal(Text(p.Key) + "!", Text(p.Value)));
        int count = 0;
        await foreach (KvPair pair in _client.ListAsync())
        {
            Assert.Null(pair.Value);
            count++;
        }
        Assert.Equal(keys.Length + 2, count);
        await foreach (KvPair pair in _client.ListAsync("zzz")) Assert.Fail($"There is no {pair}.");
    }

    [Fact]
    public async Task Large_values_are_listed_as_many_as_fit_a_reply()
    {
        byte[] large = new byte[KvLimits.ValueBytesMax];
        for (int i = 0; i < 5; i++) await _client.PutAsync($"{i}", large);
        int count = 0;
        await foreach (KvPair pair in _client.ListAsync(withValues: true))
        {
            Assert.Equal(large.Length, pair.Value!.Value.Length);
            count++;
        }
        Assert.Equal(5, count);
    }

    [Fact]
    public async Task A_batch_happens_all_or_not_at_all()
    {
        KvBatchResult result = await _client.ExecuteAsync(new KvBatch()
            .Require("a", KvExpectation.Absent)
            .Put("a", "1").Put("n", "5").Increment("n", 2).Append("a", "23").Get("a").Delete("missing").Expire(
                "a", TimeSpan.FromSeconds(3))
            .Put("a", "x", new KvPutOptions { Condition = KvPutCondition.IfAbsent }));
        Assert.True(result.Committed);
        Assert.True(result.Replies[0].Succeeded);
        Assert.Equal(7, result.Replies[2].Integer);
        Assert.Equal(3, result.Replies[3].Integer);
        Assert.Equal("123", Text(result.Replies[4].Value));
        Assert.Equal(0, result.Replies[5].Integer);
        Assert.Equal(1, result.Replies[6].Integer);
        Assert.False(result.Replies[7].Succeeded);
        Assert.Throws<InvalidOperationException>(() => result.Replies[0].Integer);

        result = await _client.ExecuteAsync(
            new KvBatch().Require("n", KvExpectation.Present).Require("a", KvExpectation.Value("1")).Put("n", "0"));
        Assert.False(result.Committed);
        Assert.Equal(1, result.FailedCondition);
        Assert.Empty(result.Replies);
        Assert.Equal("7", Text(await _client.GetAsync("n")));

        await _client.PutAsync("t", "text");
        result = await _client.ExecuteAsync(new KvBatch().Increment("t").Put("b", "1"));
        Assert.Equal(KvErrorCode.NotAnInteger, result.Replies[0].Error);
        Assert.Throws<KvException>(() => result.Replies[0].Integer);
        Assert.True(result.Replies[1].Succeeded);
    }

    [Fact]
    public async Task What_is_too_long_is_refused()
    {
        Assert.Equal(
            KvErrorCode.TooLong,
            (await Assert.ThrowsAsync<KvException>(
                () => _client.PutAsync(new byte[KvLimits.KeyBytesMax + 1], "x"))).Code);
        Assert.Equal(
            KvErrorCode.TooLong,
            (await Assert.ThrowsAsync<KvException>(
                () => _client.PutAsync("a", new byte[KvLimits.ValueBytesMax + 1]))).Code);
        Assert.True(await _client.PutAsync(new byte[KvLimits.KeyBytesMax], new byte[KvLimits.ValueBytesMax]));
        Assert.Equal(KvLimits.ValueBytesMax, (await _client.GetAsync(new byte[KvLimits.KeyBytesMax]))!.Value.Length);
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } memory ? Encoding.UTF8.GetString(memory.Span) : null;
}
