using System.Net;
using BftSmr;
using KvStore.Gateway;
using RedisClients;
using StackExchange.Redis;

namespace KvStore.Tests.Cluster;

/// <summary>StackExchange.Redis on four replicas: leaders and gateways go, and no acknowledged write is lost.</summary>
public class StackExchangeRedisClusterTests
{
    private const int Writers = 8, Steps = 40;

    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task The_client_goes_on_while_the_leader_is_replaced(RedisProtocol protocol)
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync();
        await using RespServer gateway = RespServer.Start(connection, new() { Listen = AnyPort });
        await using ConnectionMultiplexer client = await new RedisConnector(gateway.EndPoint).ConnectAsync(protocol);
        int failures = 0;
        client.ConnectionFailed += (_, _) => Interlocked.Increment(ref failures);

        AcknowledgedWrites writes = new(client.GetDatabase(), Writers, Steps);
        Task writing = writes.RunAsync();
        await writes.HalfDone;
        await cluster.StopAsync(0); // the first leader
        await writing;

        Assert.Equal(0, failures);
        Assert.Equal(0, writes.Unknown);
        await writes.AssertKeptAsync(client.GetDatabase());
        // Two of the four have vouched for each write: one, and one besides it.
        Assert.Equal(1, (int)await client.GetDatabase().ExecuteAsync("WAIT", 3, 0));
        Assert.Single((await cluster.SettledDigestsAsync()).Distinct());
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task The_client_reconnects_to_a_gateway_that_was_started_again(RedisProtocol protocol)
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync();
        // Nothing else uses this address: while no gateway listens, the port goes to no other test.
        int process = Environment.ProcessId;
        IPAddress address = new([127, (byte)(64 + (int)protocol), (byte)(process >> 8), (byte)process]);
        await using RespServer gateway = RespServer.Start(connection, new() { Listen = new IPEndPoint(address, 0) });
        await using ConnectionMultiplexer client = await new RedisConnector(gateway.EndPoint).ConnectAsync(protocol);
        Task restored = RestoredAsync(client);

        AcknowledgedWrites writes = new(client.GetDatabase(), Writers, Steps);
        Task writing = writes.RunAsync();
        await writes.HalfDone;
        await gateway.DisposeAsync();
        await using RespServer again = RespServer.Start(connection, new() { Listen = gateway.EndPoint });
        await restored;
        await writing;

        await writes.AssertKeptAsync(client.GetDatabase());
        Assert.True(client.IsConnected);
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task The_client_goes_on_at_another_gateway(RedisProtocol protocol)
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync(), other = await cluster.ConnectAsync();
        await using RespServer first = RespServer.Start(connection, new() { Listen = AnyPort });
        await using RespServer second = RespServer.Start(other, new() { Listen = AnyPort });
        RedisConnector connector = new(first.EndPoint);
        await using ConnectionMultiplexer client = await connector.ConnectAsync(protocol, options =>
        {
            options.EndPoints.Add(second.EndPoint);
            options.SyncTimeout = 5_000; // so long the client keeps a command for the gateway that is gone
        });

        AcknowledgedWrites writes = new(client.GetDatabase(), Writers, Steps);
        Task writing = writes.RunAsync();
        await writes.HalfDone;
        await first.DisposeAsync();
        await writing;

        await writes.AssertKeptAsync(client.GetDatabase());
    }

    /// <summary>Completes when the connection for commands has been lost and is there again.</summary>
    private static Task RestoredAsync(ConnectionMultiplexer client)
    {
        TaskCompletionSource restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ConnectionRestored += (_, connection) =>
        {
            if (connection.ConnectionType == ConnectionType.Interactive) restored.TrySetResult();
        };
        return restored.Task;
    }
}
