using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>
/// What a user of StackExchange.Redis sees of a real Redis and of the gateway is the same, but for the differences
/// listed.
/// </summary>
public sealed class StackExchangeRedisTests(RedisAndGateway both) : IClassFixture<RedisAndGateway>
{
    public static TheoryData<string, RedisProtocol> Same =>
        Cases(Behaviours.All.Keys.Where(static name => !Differences.All.ContainsKey(name)));

    public static TheoryData<string, RedisProtocol> Different => Cases(Differences.All.Keys);

    [Theory]
    [MemberData(nameof(Same))]
    public async Task Is_the_same(string behaviour, RedisProtocol protocol)
    {
        (string redis, string gateway) = await both.PlayAsync(Behaviours.All[behaviour], protocol);
        Assert.NotEmpty(redis);
        Assert.Equal(redis, gateway);
    }

    [Theory]
    [MemberData(nameof(Different))]
    public async Task Differs_as_explained(string behaviour, RedisProtocol protocol)
    {
        Difference difference = Differences.All[behaviour];
        (string redis, string gateway) = await both.PlayAsync(Behaviours.All[behaviour], protocol);
        Assert.NotEqual(redis, gateway);
        Assert.Equal(string.Join('\n', difference.Redis), redis);
        Assert.Equal(string.Join('\n', difference.Gateway), gateway);
    }

    private static TheoryData<string, RedisProtocol> Cases(IEnumerable<string> behaviours)
    {
        TheoryData<string, RedisProtocol> cases = [];
        foreach (string behaviour in behaviours)
        {
            cases.Add(behaviour, RedisProtocol.Resp2);
            cases.Add(behaviour, RedisProtocol.Resp3);
        }
        return cases;
    }
}
