using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Memcache.Client.Tests.Client;

public class MemcacheClientTests
{
    [Fact]
    public async Task Values_are_stored_read_and_deleted()
    {
        await using TestCache cache = new();
        MemcacheClient client = cache.Client;
        Assert.Null(await client.GetAsync("a"));
        Assert.Equal(MemcacheStoreResult.Stored, await client.SetAsync("a", Bytes("x"), new() { Flags = 7 }));
        MemcacheItem item = (await client.GetAsync("a"))!;
        Assert.Equal(("x", 7u), (Text(item), item.Flags));
        Assert.Equal(MemcacheStoreResult.NotStored, await Store("a", "y", MemcacheStoreMode.Add));
        Assert.Equal(MemcacheStoreResult.NotStored, await Store("b", "y", MemcacheStoreMode.Replace));
        Assert.Equal(MemcacheStoreResult.Stored, await Store("a", "y", MemcacheStoreMode.Append));
        Assert.Equal(MemcacheStoreResult.Stored, await Store("a", "w", MemcacheStoreMode.Prepend));
        Assert.Equal("wxy", Text(await client.GetAsync("a")));
        Assert.True(await client.DeleteAsync("a"));
        Assert.False(await client.DeleteAsync("a"));

        Task<MemcacheStoreResult> Store(string key, string value, MemcacheStoreMode mode) =>
            client.SetAsync(key, Bytes(value), new MemcacheStoreOptions { Mode = mode });
    }

    [Fact]
    public async Task A_compared_value_is_stored_only_if_none_came_between()
    {
        await using TestCache cache = new();
        await cache.Client.SetAsync("a", Bytes("1"));
        ulong cas = (await cache.Client.GetAsync("a"))!.Cas;
        MemcacheStoreOptions compare = new() { Compare = cas };
        Assert.Equal(MemcacheStoreResult.Stored, await cache.Client.SetAsync("a", Bytes("2"), compare));
        Assert.Equal(MemcacheStoreResult.Exists, await cache.Client.SetAsync("a", Bytes("3"), compare));
        Assert.Equal(MemcacheStoreResult.NotFound, await cache.Client.SetAsync("b", Bytes("3"), compare));
        Assert.Equal("2", Text(await cache.Client.GetAsync("a")));
    }

    [Fact]
    public async Task Numbers_count_and_what_is_none_is_refused()
    {
        await using TestCache cache = new();
        Assert.Null(await cache.Client.IncrementAsync("n"));
        await cache.Client.SetAsync("n", Bytes("5"));
        Assert.Equal(8ul, await cache.Client.IncrementAsync("n", 3));
        Assert.Equal(0ul, await cache.Client.IncrementAsync("n", -100));
        await cache.Client.SetAsync("n", Bytes("x"));
        MemcacheException e = await Assert.ThrowsAsync<MemcacheException>(() => cache.Client.IncrementAsync("n"));
        Assert.Equal((MemcacheErrorCode.Refused, false), (e.Code, e.MayHaveExecuted));
        Assert.Equal("x", Text(await cache.Client.GetAsync("n"))); // the connection goes on
    }

    [Fact]
    public async Task Times_to_live_end_by_the_servers_clock()
    {
        ManualTime time = new();
        await using TestCache cache = new(
            new MemcacheServerOptions { TimeProvider = time }, new MemcacheClientOptions());
        await cache.Client.SetAsync("a", Bytes("x"), new() { TimeToLive = TimeSpan.FromSeconds(1.5) });
        await cache.Client.SetAsync("b", Bytes("x"), new() { TimeToLive = TimeSpan.FromSeconds(1.5) });
        Assert.True(await cache.Client.TouchAsync("b", TimeSpan.FromSeconds(60)));
        Assert.False(await cache.Client.TouchAsync("c", TimeSpan.FromSeconds(60)));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Null(await cache.Client.GetAsync("a"));
        Assert.NotNull(await cache.Client.GetAsync("b"));
    }

    [Fact]
    public async Task Many_calls_share_a_connection_and_get_their_own_replies()
    {
        await using TestCache cache = new();
        string[] keys = [.. Enumerable.Range(0, 500).Select(static i => $"key{i}")];
        await Task.WhenAll(
            keys.Select(key => cache.Client.SetAsync(key, Bytes(key + new string('x', key.Length * 50)))));
        IReadOnlyDictionary<string, MemcacheItem> items = await cache.Client.GetManyAsync([.. keys, "none", "key1"]);
        Assert.Equal(keys.Order(StringComparer.Ordinal), items.Keys.Order(StringComparer.Ordinal));
        Assert.All(items, static item => Assert.StartsWith(item.Key + "x", Text(item.Value), StringComparison.Ordinal));
        Assert.Equal(1, cache.Server.Connections);
    }

    [Fact]
    public async Task Long_values_go_through_and_longer_ones_are_refused_on_both_sides()
    {
        await using TestCache cache = new(client: new MemcacheClientOptions { ValueBytesMax = 500_000 });
        byte[] value = new byte[500_000];
        Random.Shared.NextBytes(value);
        await cache.Client.SetAsync("a", value);
        Assert.Equal(value, (await cache.Client.GetAsync("a"))!.Value.ToArray());
        MemcacheException e = await Assert.ThrowsAsync<MemcacheException>(
            () => cache.Client.SetAsync("b", new byte[2 << 20]));
        Assert.Equal(MemcacheErrorCode.Refused, e.Code);
        await cache.Client.SetAsync("a", new byte[500_001]);
        e = await Assert.ThrowsAsync<MemcacheException>(() => cache.Client.GetAsync("a"));
        Assert.Equal(MemcacheErrorCode.Malformed, e.Code);
        Assert.Null(await cache.Client.GetAsync("none")); // by a new connection
    }

    [Fact]
    public async Task Keys_are_spread_over_servers()
    {
        await using TestCache first = new(), second = new();
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [first.Name, second.Name], Timeout = Patience.Time });
        string[] keys = [.. Enumerable.Range(0, 100).Select(static i => $"key{i}")];
        foreach (string key in keys) await client.SetAsync(key, Bytes(key));
        int here = (await first.Client.GetManyAsync(keys)).Count;
        int there = (await second.Client.GetManyAsync(keys)).Count;
        Assert.Equal(100, here + there);
        Assert.InRange(here, 20, 80);
        Assert.Equal(100, (await client.GetManyAsync(keys)).Count);
        await client.FlushAsync();
        Assert.Empty(await client.GetManyAsync(keys));
    }

    [Fact]
    public async Task Statistics_and_pings_name_their_server()
    {
        await using TestCache cache = new();
        await cache.Client.PingAsync(cache.Name);
        IReadOnlyList<KeyValuePair<string, string>> lines = await cache.Client.GetStatisticsAsync(cache.Name);
        Assert.Contains(lines, static line => line.Key == "curr_connections" && line.Value == "1");
        await Assert.ThrowsAsync<ArgumentException>(() => cache.Client.PingAsync("other:1"));
    }

    [Fact]
    public async Task A_user_is_named_and_tls_is_spoken()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        SslClientAuthenticationOptions tls = new()
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown!.GetCertHashString() == certificate.Thumbprint,
        };
        MemcacheServerOptions options = new() { Certificate = certificate, Users = Bytes("me:word\n") };
        await using TestCache cache = new(
            options, new MemcacheClientOptions { User = "me", Password = "word", Tls = tls });
        await cache.Client.SetAsync("a", Bytes("x"));
        Assert.Equal("x", Text(await cache.Client.GetAsync("a")));
        await using MemcacheClient wrong = new(new MemcacheClientOptions
        {
            Servers = [cache.Name], User = "me", Password = "other", Tls = tls, Timeout = Patience.Time,
        });
        Assert.Equal(
            MemcacheErrorCode.Refused, (await Assert.ThrowsAsync<MemcacheException>(() => wrong.GetAsync("a"))).Code);
    }

    [Theory]
    [InlineData("VA 3 f0 c1 t-1 O2\r\nabc\r\n")] // the reply to another request
    [InlineData("VA 3 f0 c1 t-1\r\nabc\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("MN\r\n")]
    [InlineData("OK\r\n")]
    [InlineData("STAT a b\r\n")]
    [InlineData("VA 2000000000 f0 c1 t-1 O1\r\n")]
    public async Task An_answer_to_something_else_ends_the_connection(string answer)
    {
        await using ScriptedServer server = new(Encoding.Latin1.GetBytes(answer), Encoding.Latin1.GetBytes("EN\r\n"));
        await using MemcacheClient client = ClientOf(server.Name);
        MemcacheException e = await Assert.ThrowsAsync<MemcacheException>(() => client.GetAsync("a"));
        Assert.Equal(MemcacheErrorCode.Malformed, e.Code);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_after_the_timeout()
    {
        ManualTime time = new();
        await using ScriptedServer server = new([[]]);
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [server.Name], TimeProvider = time });
        Task<MemcacheItem?> call = client.GetAsync("a"), other = client.GetAsync("b");
        await Patience.UntilAsync(() => server.Connections == 1, "it connects");
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            MemcacheErrorCode.TimedOut, (await Assert.ThrowsAsync<MemcacheException>(() => call)).Code);
        await Assert.ThrowsAsync<MemcacheException>(() => other);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_left_alone_for_a_while()
    {
        ManualTime time = new();
        ScriptedServer server = new([[]]);
        await server.DisposeAsync();
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [server.Name], TimeProvider = time });
        MemcacheException first = await Assert.ThrowsAsync<MemcacheException>(() => client.GetAsync("a"));
        Assert.Equal(MemcacheErrorCode.Unreachable, first.Code);
        MemcacheException second = await Assert.ThrowsAsync<MemcacheException>(() => client.GetAsync("a"));
        Assert.Same(first, second.InnerException); // no other attempt
        time.Advance(TimeSpan.FromMilliseconds(100));
        MemcacheException third = await Assert.ThrowsAsync<MemcacheException>(() => client.GetAsync("a"));
        Assert.NotSame(first, third.InnerException);
    }

    [Fact]
    public async Task Too_many_calls_are_refused()
    {
        await using ScriptedServer server = new([[]]);
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [server.Name], Timeout = Patience.Time, CallsMax = 3 });
        Task<MemcacheItem?>[] calls = [.. Enumerable.Range(0, 4).Select(_ => client.GetAsync("a"))];
        await Patience.UntilAsync(() => calls.Any(static c => c.IsFaulted), "one is refused");
        Task<MemcacheItem?> refused = calls.Single(static c => c.IsFaulted);
        Assert.Equal(
            MemcacheErrorCode.Busy, (await Assert.ThrowsAsync<MemcacheException>(() => refused)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\ud800")]
    [InlineData("long")]
    public async Task What_is_no_key_is_refused_before_it_is_sent(string key)
    {
        await using MemcacheClient client = ClientOf("127.0.0.1:1");
        if (key == "long") key = new string('k', 251);
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SetAsync(key, default));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:0")]
    [InlineData("localhost:99999")]
    [InlineData(":1")]
    public void What_is_no_address_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new MemcacheClient(new MemcacheClientOptions { Servers = [name] }));

    [Fact]
    public void Options_are_checked_and_do_not_show_the_password()
    {
        MemcacheClientOptions options = new() { User = "me", Password = "secret" };
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MemcacheClient(options with { Password = null }));
        Assert.Throws<ArgumentException>(() => new MemcacheClient(options with { Servers = [] }));
        Assert.Throws<ArgumentException>(() => new MemcacheClient(options with { Servers = ["a:1", "a:1"] }));
        Assert.Throws<ArgumentException>(() => new MemcacheClient(options with { Timeout = TimeSpan.Zero }));
    }

    private static MemcacheClient ClientOf(string server) =>
        new(new MemcacheClientOptions { Servers = [server], Timeout = Patience.Time });

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(MemcacheItem? item) =>
        item is null ? null : Encoding.UTF8.GetString(item.Value.Span);
}
