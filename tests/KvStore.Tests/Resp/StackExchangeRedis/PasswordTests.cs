using System.Net;
using RedisClients;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>A password opens the gateway as it opens Redis, and another does not.</summary>
public class PasswordTests
{
    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task The_password_opens_and_another_does_not(RedisProtocol protocol)
    {
        using RedisServer redis = new();
        await using (ConnectionMultiplexer open = await new RedisConnector(redis.EndPoint).ConnectAsync(protocol))
            await open.GetServers().Single().ConfigSetAsync("requirepass", "secret");
        await using GatewayFixture gateway = new(new() { Password = "secret" });

        foreach (string password in (string[])["secret", "wrong"])
        {
            string expected = await TryAsync(redis.EndPoint, protocol, password);
            Assert.Equal(expected, await TryAsync(gateway.Server.EndPoint, protocol, password));
            Assert.Equal(password == "secret", expected == "opened");
        }
    }

    private static async Task<string> TryAsync(EndPoint endPoint, RedisProtocol protocol, string password)
    {
        try
        {
            await using ConnectionMultiplexer client =
                await new RedisConnector(endPoint).ConnectAsync(protocol, options => options.Password = password);
            Assert.Equal(1, await client.GetDatabase().StringIncrementAsync("n"));
            return "opened";
        }
        catch (RedisConnectionException e)
        {
            return $"{e.FailureType}";
        }
    }
}
