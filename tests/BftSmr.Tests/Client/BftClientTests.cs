using System.Text;
using BftCloud.Primitives;
using BftSmr.Client;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Client;

public sealed class BftClientTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _owned = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable owned in _owned) await owned.DisposeAsync();
    }

    [Fact]
    public async Task Operations_and_queries_return_what_the_replicas_agree_on()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Lying = [2];

        Task<ReadOnlyMemory<byte>> invoked = client.InvokeAsync(Bytes("operation"));
        Task<ReadOnlyMemory<byte>> queried = client.QueryAsync(Bytes("query"));
        await memory.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("operation", Text(await invoked));
        Assert.Equal("query", Text(await queried));
    }

    [Fact]
    public async Task Operations_execute_in_the_order_of_the_calls_however_many_are_under_way()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();

        Task<ReadOnlyMemory<byte>>[] all =
            [.. Enumerable.Range(0, 2000).Select(i => client.InvokeAsync(Bytes($"{i}")))];
        ReadOnlyMemory<byte>[] results = await Task.WhenAll(all);

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), results.Select(Text));
        Assert.Equal(
            Enumerable.Range(0, 2000).Select(i => $"{i}"),
            memory.Cluster.Executed.Select(operation => Encoding.UTF8.GetString(operation)));
    }

    [Fact]
    public async Task Many_threads_may_use_one_client_and_many_clients_one_connection()
    {
        MemoryConnection memory = Connect();
        BftClient[] clients =
        [
            await memory.Connection.OpenSessionAsync(), await memory.Connection.OpenSessionAsync(),
            await memory.Connection.OpenSessionAsync(),
        ];

        await Parallel.ForAsync(0, 3000, async (i, token) =>
        {
            ReadOnlyMemory<byte> result = i % 4 == 0
                ? await clients[i % 3].QueryAsync(Bytes($"{i}"), token)
                : await clients[i % 3].InvokeAsync(Bytes($"{i}"), token);
            Assert.Equal($"{i}", Text(result));
        });

        Assert.Equal(2250, memory.Cluster.Executed.Count);
        Assert.Equal(3, memory.Cluster.SessionsOpened);
    }

    [Fact]
    public async Task A_failure_of_the_service_is_an_exception_with_its_message()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Service = static _ => (ReplyStatus.Failed, "there is no such account"u8.ToArray());

        BftOperationFailedException failure = await Assert.ThrowsAsync<BftOperationFailedException>(
            () => client.InvokeAsync(Bytes("op")));
        Assert.Equal("there is no such account", failure.Message);
        Assert.True(failure.MayHaveExecuted);
        Assert.False(
            (await Assert.ThrowsAsync<BftOperationFailedException>(
                () => client.QueryAsync(Bytes("op")))).MayHaveExecuted);
    }

    [Theory]
    [InlineData(ReplyStatus.ReplyTooLarge)]
    [InlineData(ReplyStatus.ReplyForgotten)]
    internal async Task A_reply_that_cannot_be_had_is_told_from_a_failure(ReplyStatus status)
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Service = _ => (status, []);

        Assert.True(
            (await Assert.ThrowsAsync<BftReplyUnavailableException>(
                () => client.InvokeAsync(Bytes("op")))).MayHaveExecuted);
    }

    [Fact]
    public async Task A_deadline_ends_every_wait_and_tells_what_may_still_execute()
    {
        MemoryConnection memory = Connect(options => options with { OperationTimeout = TimeSpan.FromSeconds(5) });
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Mute = [1, 2, 3];
        Task<ReadOnlyMemory<byte>> sent = client.InvokeAsync(Bytes("sent"));
        Task<ReadOnlyMemory<byte>> query = client.QueryAsync(Bytes("query"));
        await memory.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(sent.IsCompleted);
        Assert.False(query.IsCompleted);

        await memory.Advance(TimeSpan.FromSeconds(0.2));
        BftTimeoutException timeout = await Assert.ThrowsAsync<BftTimeoutException>(() => sent);
        Assert.True(timeout.MayHaveExecuted);
        Assert.Contains("replica 0 connected", timeout.Message, StringComparison.Ordinal);
        Assert.False((await Assert.ThrowsAsync<BftTimeoutException>(() => query)).MayHaveExecuted);
    }

    [Fact]
    public async Task Timers_that_go_off_early_delay_nothing()
    {
        MemoryConnection memory = Connect(
            static options => options with
            {
                TimeProvider = new HastyTime(options.TimeProvider),
                OperationTimeout = TimeSpan.FromDays(1),
            });
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.LeaderIgnores = true;

        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("operation"));
        await memory.Settle();
        await Patience.UntilAsync(
            () =>
            {
                memory.Time.Advance(TimeSpan.FromMicroseconds(100));
                return operation.IsCompleted;
            },
            "retransmission");
        Assert.Equal("operation", Text(await operation));
    }

    [Fact]
    public async Task An_operation_that_was_never_sent_is_known_not_to_execute()
    {
        MemoryConnection memory = Connect(options => options with { OperationTimeout = TimeSpan.FromSeconds(5) });
        BftClient client = await memory.Connection.OpenSessionAsync();
        for (int i = 0; i < 4; i++) memory.Links.SetUp(i, isUp: false);
        await memory.Settle();

        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("op"));
        await memory.Settle();
        await memory.Advance(TimeSpan.FromSeconds(5.1));
        Assert.False((await Assert.ThrowsAsync<BftTimeoutException>(() => operation)).MayHaveExecuted);

        for (int i = 0; i < 4; i++) memory.Links.SetUp(i, isUp: true);
        Assert.Equal("next", Text(await client.InvokeAsync(Bytes("next"))));
        Assert.Equal(["next"], memory.Cluster.Executed.Select(one => Encoding.UTF8.GetString(one)));
    }

    [Fact]
    public async Task A_token_ends_the_wait_and_the_client_goes_on()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Mute = [1, 2, 3];
        using CancellationTokenSource source = new();
        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("abandoned"), source.Token);
        Task<ReadOnlyMemory<byte>> query = client.QueryAsync(Bytes("abandoned"), source.Token);
        await memory.Settle();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => operation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.InvokeAsync(Bytes("never"), source.Token));

        memory.Cluster.Mute = [];
        Task<ReadOnlyMemory<byte>> next = client.InvokeAsync(Bytes("next"));
        await memory.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("next", Text(await next));
        Assert.Equal(["abandoned", "next"], memory.Cluster.Executed.Select(one => Encoding.UTF8.GetString(one)));
    }

    [Fact]
    public async Task Too_many_operations_under_way_are_refused_until_some_are_done()
    {
        MemoryConnection memory = Connect(options => options with { PendingOperationsMax = 10 });
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Mute = [1, 2, 3];
        List<Task<ReadOnlyMemory<byte>>> pending =
            [.. Enumerable.Range(0, 10).Select(i => client.InvokeAsync(Bytes($"{i}")))];
        BftOverloadedException refused = await Assert.ThrowsAsync<BftOverloadedException>(
            () => client.InvokeAsync(Bytes("one more")));
        Assert.False(refused.MayHaveExecuted);

        memory.Cluster.Mute = [];
        await memory.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(pending);
        Assert.Equal("again", Text(await client.InvokeAsync(Bytes("again"))));
    }

    [Fact]
    public async Task After_the_session_was_evicted_the_client_goes_on_with_another_one()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        SessionId first = client.Session.Core.Session;
        memory.Cluster.EvictSessions();

        BftSessionExpiredException expired = await Assert.ThrowsAsync<BftSessionExpiredException>(
            () => client.InvokeAsync(Bytes("lost")));
        Assert.True(expired.MayHaveExecuted);
        Assert.Equal("next", Text(await client.InvokeAsync(Bytes("next"))));
        Assert.True(client.Session.Core.Session > first);
        Assert.Equal("query", Text(await client.QueryAsync(Bytes("query"))));
    }

    [Fact]
    public async Task A_session_that_the_replicas_refuse_again_and_again_is_an_error_that_says_what_to_do()
    {
        MemoryConnection memory = Connect();
        memory.Cluster.Floor = ulong.MaxValue;
        BftSessionExpiredException refused = await Assert.ThrowsAsync<BftSessionExpiredException>(
            () => memory.Connection.OpenSessionAsync());
        Assert.Contains("identity of its own", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.MayHaveExecuted);
    }

    [Fact]
    public async Task A_clock_that_is_years_behind_that_of_another_machine_with_the_same_identity_does_no_harm()
    {
        MemoryConnection memory = Connect();
        ulong years = (ulong)TimeSpan.FromDays(20_000).TotalMicroseconds << 12;
        memory.Cluster.Floor = SessionNonces.Next(memory.Time) + years;
        await using BftClient client = await memory.Connection.OpenSessionAsync();
        Assert.Equal("op", Text(await client.InvokeAsync(Bytes("op"))));
    }

    [Fact]
    public async Task A_client_may_be_started_before_the_replicas()
    {
        MemoryConnection memory = Connect(isReachable: false);
        Task<BftClient> opening = memory.Connection.OpenSessionAsync();
        await memory.Advance(TimeSpan.FromSeconds(20));
        Assert.False(opening.IsCompleted);

        for (int i = 1; i < 4; i++) memory.Links.SetUp(i, isUp: true);
        await memory.Advance(TimeSpan.FromSeconds(1));
        BftClient client = await opening;
        Assert.Equal("op", Text(await client.InvokeAsync(Bytes("op"))));
        Assert.Equal("query", Text(await client.QueryAsync(Bytes("query"))));
    }

    [Fact]
    public async Task When_nobody_can_be_reached_opening_a_session_ends_at_the_timeout_and_says_who_was_missing()
    {
        MemoryConnection memory = Connect(isReachable: false);
        memory.Links.SetUp(2, isUp: true);
        Task<BftClient> opening = memory.Connection.OpenSessionAsync();
        await memory.Advance(TimeSpan.FromSeconds(31));
        BftTimeoutException timeout = await Assert.ThrowsAsync<BftTimeoutException>(() => opening);
        Assert.Contains("3 of 4 replicas", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("replica 2 connected, replica 3 not connected", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_a_client_fails_what_is_under_way_and_leaves_the_connection_to_others()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        BftClient other = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Mute = [1, 2, 3];
        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("op"));
        await memory.Settle();

        await client.DisposeAsync();
        await client.DisposeAsync();
        Assert.True((await Assert.ThrowsAsync<BftClientClosedException>(() => operation)).MayHaveExecuted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.InvokeAsync(Bytes("op")));

        memory.Cluster.Mute = [];
        Assert.Equal("other", Text(await other.InvokeAsync(Bytes("other"))));
    }

    [Fact]
    public async Task Disposing_the_connection_ends_all_its_clients()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        memory.Cluster.Mute = [1, 2, 3];
        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync(Bytes("op"));

        await memory.Connection.DisposeAsync();
        await Assert.ThrowsAsync<BftClientClosedException>(() => operation);
        Assert.False(
            (await Assert.ThrowsAsync<BftClientClosedException>(
                () => client.InvokeAsync(Bytes("op")))).MayHaveExecuted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => memory.Connection.OpenSessionAsync());
    }

    [Fact]
    public async Task Frames_that_are_no_messages_are_counted_and_nothing_else()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        await memory.Links.DeliverFrame(1, new byte[] { 0xff, 0x00 });
        await memory.Links.DeliverFrame(1, ReadOnlyMemory<byte>.Empty);
        memory.Links.Deliver(1, new Attach(1));
        memory.Links.Deliver(1, new Reply(4711, 1, Regency.Zero, ReplyStatus.Ok, false, default));

        Assert.Equal("op", Text(await client.InvokeAsync(Bytes("op"))));
        Assert.Equal(2, memory.Loop.MalformedFrames);
    }

    [Fact]
    public async Task A_replica_that_floods_its_client_is_read_from_no_faster_than_the_client_can_take()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        using ManualResetEventSlim go = new();
        Task<int> busy = memory.Loop.Ask(() =>
        {
            go.Wait();
            return 0;
        });
        byte[] large = new byte[1 << 20];
        List<Task> rooms = [];
        for (int i = 0; i < 20; i++) rooms.Add(Flood(memory, large));
        Assert.True(rooms[0].IsCompleted);
        Assert.False(rooms[^1].IsCompleted);

        go.Set();
        await busy;
        await Task.WhenAll(rooms);
        Assert.Equal("op", Text(await client.InvokeAsync(Bytes("op"))));
    }

    [Fact]
    public async Task Operations_larger_than_the_cluster_allows_are_refused_before_they_are_sent()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.InvokeAsync(new byte[memory.Options.Cluster.OperationBytesMax + 1]));
        Assert.Contains("operationBytesMax", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            memory.Options.Cluster.OperationBytesMax,
            (await client.InvokeAsync(new byte[memory.Options.Cluster.OperationBytesMax])).Length);
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        using LocalCluster local = LocalCluster.Create(clients: 2);
        BftClientOptions right =
            new() { Cluster = local.Configuration, ClientId = new ClientId(0), Key = local.ClientKeys[0] };
        await Assert.ThrowsAsync<ArgumentException>(
            () => BftClient.ConnectAsync(right with { ClientId = new ClientId(1) }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => BftClient.ConnectAsync(right with { ClientId = new ClientId(2) }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => BftClient.ConnectAsync(right with { Key = local.ReplicaKeys[0] }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => BftClient.ConnectAsync(right with { OperationTimeout = TimeSpan.Zero }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => BftConnection.ConnectAsync(right with { ConnectTimeout = TimeSpan.Zero }));
        await Assert.ThrowsAsync<ArgumentNullException>(() => BftClient.ConnectAsync(null!));
    }

    [Fact]
    public async Task What_many_callers_begin_together_is_flushed_together()
    {
        MemoryConnection memory = Connect();
        BftClient client = await memory.Connection.OpenSessionAsync();
        await memory.Settle();
        int before = memory.Links.Flushes;
        using ManualResetEventSlim go = new();
        Task<int> busy = memory.Loop.Ask(() =>
        {
            go.Wait();
            return 0;
        });
        Task<ReadOnlyMemory<byte>>[] all = [.. Enumerable.Range(0, 200).Select(i => client.InvokeAsync(Bytes($"{i}")))];
        go.Set();
        await busy;
        await Task.WhenAll(all);
        Assert.InRange(memory.Links.Flushes - before, 1, 2);
    }

    [Fact]
    public void Nonces_only_grow_even_if_the_clock_stands_still()
    {
        MemoryConnection memory = Connect();
        ulong[] nonces = [.. Enumerable.Range(0, 1000).Select(_ => SessionNonces.Next(memory.Time))];
        Assert.Equal(nonces.Distinct().Order(), nonces);
    }

    private MemoryConnection Connect(Func<BftClientOptions, BftClientOptions>? adjust = null, bool isReachable = true)
    {
        MemoryConnection memory = new(adjust, isReachable);
        _owned.Add(memory);
        return memory;
    }

    private static Task Flood(MemoryConnection memory, byte[] large)
    {
        System.Buffers.ArrayBufferWriter<byte> frame = new();
        ClientMessageCodec.Encode(new Reply(1, 1, Regency.Zero, ReplyStatus.Ok, false, large), frame);
        return memory.Links.DeliverFrame(3, frame.WrittenMemory);
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
