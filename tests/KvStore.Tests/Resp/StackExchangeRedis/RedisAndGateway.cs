using RedisClients;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>A real Redis and a gateway, each with a client of either version of the protocol.</summary>
public sealed class RedisAndGateway : IAsyncLifetime
{
    private readonly RedisServer _redis = new();
    private readonly GatewayFixture _gateway = new();
    private readonly Dictionary<(bool IsGateway, RedisProtocol), ConnectionMultiplexer> _connections = [];

    public async Task InitializeAsync()
    {
        foreach (bool isGateway in (bool[])[false, true])
        {
            foreach (RedisProtocol protocol in (RedisProtocol[])[RedisProtocol.Resp2, RedisProtocol.Resp3])
                _connections[(isGateway, protocol)] = await ConnectorOf(isGateway).ConnectAsync(protocol);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (ConnectionMultiplexer connection in _connections.Values) await connection.DisposeAsync();
        await _gateway.DisposeAsync();
        _redis.Dispose();
    }

    /// <summary>Plays a behaviour on an empty database.</summary>
    /// <returns>What the client's user saw of Redis, and of the gateway, line by line.</returns>
    internal async Task<(string Redis, string Gateway)> PlayAsync(Behaviour behaviour, RedisProtocol protocol) =>
        (await PlayAsync(behaviour, protocol, isGateway: false), await PlayAsync(behaviour, protocol, isGateway: true));

    private async Task<string> PlayAsync(Behaviour behaviour, RedisProtocol protocol, bool isGateway)
    {
        ConnectionMultiplexer connection = _connections[(isGateway, protocol)];
        Dialogue dialogue = new(ConnectorOf(isGateway), connection);
        await dialogue.Server.FlushAllDatabasesAsync();
        await behaviour.PlayAsync(connection.GetDatabase(), dialogue);
        return dialogue.ToString();
    }

    private RedisConnector ConnectorOf(bool isGateway) => new(isGateway ? _gateway.Server.EndPoint : _redis.EndPoint);
}
