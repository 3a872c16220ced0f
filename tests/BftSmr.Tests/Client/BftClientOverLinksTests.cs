using System.Text;

namespace BftSmr.Tests.Client;

public sealed class BftClientOverLinksTests : IAsyncLifetime
{
    private readonly ListeningCluster _cluster = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_client_of_its_own_links_invokes_and_queries()
    {
        _cluster.StartAll();
        await using BftClient client = await BftClient.ConnectAsync(_cluster.Options).WaitAsync(Patience.Time);

        Assert.Equal("operation", Text(await client.InvokeAsync(Bytes("operation")).WaitAsync(Patience.Time)));
        Assert.Equal("query", Text(await client.QueryAsync(Bytes("query")).WaitAsync(Patience.Time)));
        byte[] large = new byte[300_000];
        new Random(1).NextBytes(large);
        Assert.Equal(large, (await client.InvokeAsync(large).WaitAsync(Patience.Time)).ToArray());
    }

    [Fact]
    public async Task A_client_may_be_started_before_the_replicas()
    {
        Task<BftClient> connecting = BftClient.ConnectAsync(_cluster.Options with { ConnectTimeout = Patience.Time });
        _cluster.Start(1);
        _cluster.Start(2);
        _cluster.Start(3);

        await using BftClient client = await connecting.WaitAsync(Patience.Time);
        Assert.Equal("operation", Text(await client.InvokeAsync(Bytes("operation")).WaitAsync(Patience.Time)));
        Assert.Equal("query", Text(await client.QueryAsync(Bytes("query")).WaitAsync(Patience.Time)));
    }

    [Fact]
    public async Task Operations_go_on_while_the_leader_is_gone_and_when_it_is_back()
    {
        _cluster.StartAll();
        await using BftClient client = await BftClient.ConnectAsync(_cluster.Options).WaitAsync(Patience.Time);
        await client.InvokeAsync(Bytes("before")).WaitAsync(Patience.Time);

        await _cluster.StopAsync(0);
        Assert.Equal("without", Text(await client.InvokeAsync(Bytes("without")).WaitAsync(Patience.Time)));
        _cluster.Script.Regency = 1;
        for (int i = 0; i < 10; i++) await client.InvokeAsync(Bytes($"{i}")).WaitAsync(Patience.Time);
        Assert.Equal(new Regency(1), client.Session.Core.Regency);

        _cluster.Start(0);
        await _cluster.StopAsync(1);
        _cluster.Script.Regency = 4;
        Assert.Equal("after", Text(await client.InvokeAsync(Bytes("after")).WaitAsync(Patience.Time)));
        Assert.Equal(13, _cluster.Script.Executed.Count);
    }

    [Fact]
    public async Task Operations_under_way_survive_the_loss_of_every_link()
    {
        _cluster.StartAll();
        await using BftClient client = await BftClient.ConnectAsync(
            _cluster.Options with { OperationTimeout = Patience.Time }).WaitAsync(Patience.Time);
        _cluster.Script.Mute = [0, 1, 2, 3];
        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("operation"));
        Task<ReadOnlyMemory<byte>> query = client.QueryAsync(Bytes("query"));
        await Patience.UntilAsync(() => _cluster.Script.Executed.Count > 0, "execution");

        for (int i = 0; i < 4; i++) await _cluster.StopAsync(i);
        _cluster.Script.Mute = [];
        _cluster.StartAll();

        Assert.Equal("operation", Text(await operation.WaitAsync(Patience.Time)));
        Assert.Equal("query", Text(await query.WaitAsync(Patience.Time)));
        Assert.Equal(1, _cluster.Script.Executed.Count(one => Encoding.UTF8.GetString(one) == "operation"));
    }

    [Fact]
    public async Task Many_sessions_share_the_links_of_one_connection()
    {
        _cluster.StartAll();
        await using BftConnection connection =
            await BftConnection.ConnectAsync(_cluster.Options).WaitAsync(Patience.Time);
        BftClient[] clients = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => connection.OpenSessionAsync())).WaitAsync(Patience.Time);

        await Parallel.ForAsync(
            0, 800,
            async (i, token) => Assert.Equal($"{i}", Text(await clients[i % 8].InvokeAsync(Bytes($"{i}"), token))))
                .WaitAsync(Patience.Time);
        Assert.Equal(800, _cluster.Script.Executed.Count);
    }

    [Fact]
    public async Task Replicas_with_another_configuration_are_named_as_the_reason_for_not_connecting()
    {
        BftClientOptions options = _cluster.Options;
        for (int i = 0; i < 4; i++) _cluster.Start(i, options.Cluster with { Service = "another" });

        BftTimeoutException timeout = await Assert.ThrowsAsync<BftTimeoutException>(
            () => BftClient.ConnectAsync(options with { ConnectTimeout = TimeSpan.FromSeconds(2) })
                .WaitAsync(Patience.Time));
        Assert.Contains("has another cluster.json", timeout.Message, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
