using System.Net;
using StackExchange.Redis;

namespace RedisClients;

/// <summary>Connects the client to one server, with time-outs that a slow machine does not meet.</summary>
internal sealed class RedisConnector(EndPoint endPoint)
{
    private const int PatienceMs = 60_000, RetryMs = 100;

    public Task<ConnectionMultiplexer> ConnectAsync(RedisProtocol protocol, Action<ConfigurationOptions>? adjust = null)
    {
        ConfigurationOptions options = new()
        {
            EndPoints = { endPoint },
            Protocol = protocol,
            AllowAdmin = true,
            IncludeDetailInExceptions = false,
            ConnectTimeout = PatienceMs,
            AsyncTimeout = PatienceMs,
            SyncTimeout = PatienceMs,
            // By default, half of the time-out for connecting passes before it tries again.
            ReconnectRetryPolicy = new LinearRetry(RetryMs),
        };
        adjust?.Invoke(options);
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
