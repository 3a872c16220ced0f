using System.Buffers;
using System.Text;
using BftCloud.Primitives;

namespace BftSmr.Tests.Hosting;

/// <summary>Clients with other rights than the default, and what a service learns of the client that asks.</summary>
public sealed class RightsTests
{
    [Fact]
    public async Task A_client_is_refused_what_it_has_no_right_to_and_goes_on_with_what_it_may()
    {
        await using TestCluster cluster = await StartAsync(ClientRights.Read);
        await using BftClient reader = await cluster.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            BftNotPermittedException refused = await Assert.ThrowsAsync<BftNotPermittedException>(
                () => reader.InvokeAsync("put"u8.ToArray()));
            Assert.False(refused.MayHaveExecuted);
            Assert.Contains("client 0", refused.Message, StringComparison.Ordinal);
            Assert.Contains("the right 'write'", refused.Message, StringComparison.Ordinal);
            Assert.Equal("0 Read", await TextOf(reader.QueryAsync("who"u8.ToArray())));
        }
        await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => Assert.ThrowsAsync<BftNotPermittedException>(() => reader.InvokeAsync("put"u8.ToArray()))));
        const int Openings = 1;
        await cluster.WaitForAsync(0, static s => s is { PendingRequests: 0, ExecutedOperations: Openings });
    }

    [Fact]
    public async Task A_client_without_the_right_to_queries_writes_all_the_same()
    {
        await using TestCluster cluster = await StartAsync(ClientRights.Write | ClientRights.Admin);
        await using BftClient writer = await cluster.ConnectAsync();
        await Assert.ThrowsAsync<BftNotPermittedException>(() => writer.QueryAsync("who"u8.ToArray()));
        Assert.Equal("0 Write, Admin", await TextOf(writer.InvokeAsync("put"u8.ToArray())));
    }

    private static Task<TestCluster> StartAsync(ClientRights rights) => TestCluster.StartAsync(
        cluster => cluster with { Clients = [cluster.Clients[0] with { Rights = rights }] },
        static () => new WhoService());

    private static async Task<string> TextOf(Task<ReadOnlyMemory<byte>> reply) =>
        Encoding.UTF8.GetString((await reply).Span);

    /// <summary>Answers with the client that asks, and its rights.</summary>
    private sealed class WhoService : StateMachine
    {
        protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply) =>
            Answer(command.Session.Client, command.Rights, reply);

        protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
            Answer(context.Client, context.Rights, reply);

        protected override void Save(IBufferWriter<byte> snapshot)
        {
        }

        protected override void Load(ReadOnlySpan<byte> snapshot)
        {
        }

        private static void Answer(ClientId client, ClientRights rights, IBufferWriter<byte> reply) =>
            reply.Write(Encoding.UTF8.GetBytes($"{client.Value} {rights}"));
    }
}
