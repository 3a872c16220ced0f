namespace KvStore.Tests.Resp.Blocking;

/// <summary>Several clients, some of which wait: the same comes of it with a real Redis and with the gateway.</summary>
public sealed class BlockingTests(RedisServer redisServer) : IClassFixture<RedisServer>
{
    [Theory]
    // The element that comes, at the end asked for, of the key that has it.
    [InlineData("A? blpop k 0 / B: rpush k x y / A! / B: lrange k 0 -1")]
    [InlineData("A? brpop k 0 / B: rpush k x y / A! / B: lrange k 0 -1")]
    [InlineData("A? blpop k l 0 / B: rpush l x / A! / B: exists k l")]
    [InlineData("A? blpop k k 0 / B: rpush k x y / A! / B: llen k")]
    [InlineData("A# hello 3 / A: blpop k 0.01 / A: rpush k x / A: blpop k 0 / A: blmove k l left left 0.01")]
    [InlineData("A? blmpop 0 2 k l left count 3 / B: rpush l x y z z / A! / B: lrange l 0 -1")]
    [InlineData("A? blmpop 0 1 k right / B: rpush k x y / A! / B: lrange k 0 -1")]
    // Who came first is served first; each waits for its own keys.
    [InlineData("A? blpop k 0 / B? brpop k 0 / C? blpop k 0 / D: rpush k x y z / A! / B! / C! / D: exists k")]
    [InlineData("A? blpop k 0 / B? blpop k 0 / D: rpush k x / A! / D: rpush k y / B! / D: exists k")]
    [InlineData("A? blpop k 0 / B? blpop l k 0 / D: rpush k x / A! / D: rpush l y / B! / D: exists k l")]
    [InlineData("A? blpop a 0 / B? blpop a b 0 / D: rpush b x / B! / D: rpush a y / A! / D: exists a b")]
    [InlineData("A? blmpop 0 1 k left count 2 / B? blpop k 0 / D: rpush k x y z / A! / B! / D: exists k")]
    // One list's element goes to another, and to who waits for that.
    [InlineData("A? blmove k l left right 0 / B: rpush k x y / A! / B: lrange k 0 -1 / B: lrange l 0 -1")]
    [InlineData("A? brpoplpush k k 0 / B: rpush k x y / A! / B: lrange k 0 -1")]
    [InlineData("A? blpop l 0 / B? blmove k l left right 0 / C: rpush k x / A! / B! / C: exists k l")]
    [InlineData("A? blpop l 0 / B: rpush k x / B: lmove k l left left / A! / B: exists k l")]
    [InlineData("A? blpop l 0 / B: rpush k x / B: rename k l / A! / B: exists k l")]
    // Members of sorted sets.
    [InlineData("A? bzpopmin k 0 / B: zadd k 2 x 1.5 y / A! / B: zrange k 0 -1 withscores")]
    [InlineData("A? bzpopmax k l 0 / B: zadd l 2 x 1.5 y / A! / B: zrange l 0 -1")]
    [InlineData("A? bzmpop 0 2 k l max count 2 / B: zadd l 1 x 2 y 3 z / A! / B: zrange l 0 -1")]
    [InlineData("A? bzmpop 0 1 k min / B: zadd k 1 x 2 y / A! / B: zcard k")]
    [InlineData("A# hello 3 / A? bzpopmin k 0 / B: zadd k -inf x / A! / A? bzmpop 0 1 k min / B: zincrby k .5 y / A!")]
    [InlineData("A# hello 3 / A: bzpopmin k 0.01 / A: zadd k 1 x 2 y 3 z / A: bzmpop 0 1 k max count 2")]
    [InlineData("A: zadd k 1 x 2 y 3 z / A: bzpopmin a k 0 / A: bzpopmax k 0 / A: bzmpop 0 2 a k min / A: exists k")]
    [InlineData("A? bzpopmin k 0 / B? bzpopmax k 0 / C? bzpopmin k 0 / D: zadd k 1 a 2 b 3 c / A! / B! / C!")]
    [InlineData("A? bzmpop 0 1 k min count 2 / B? bzpopmin k 0 / D: zadd k 1 a 2 b 3 c / A! / B! / D: exists k")]
    [InlineData("A? bzpopmin k 0 / B: zincrby k 7 x / A!")]
    [InlineData("A? bzpopmin k 0 / B: sadd s x / B: zunionstore k 1 s weights 3 / A!")]
    [InlineData("A? bzpopmin k 0 / B: zadd l 1 x 2 y / B: zinterstore k 2 l l / A! / B: zrange k 0 -1 withscores")]
    [InlineData("A? bzpopmin k 0 / B: zadd l 1 x 2 y / B: zdiffstore k 2 l m / A!")]
    [InlineData("A? bzpopmin k 0 / B: zadd l 1 x 2 y / B: zrangestore k l 1 1 / A! / B: exists k")]
    [InlineData("A? bzpopmax k 0 / B: zadd l 1 x 2 y / B: rename l k / A!")]
    [InlineData("A? bzpopmax k 0 / B: zadd l 1 x 2 y / B: renamenx l k / A!")]
    [InlineData("A? bzpopmax k 0 / B: zadd l 1 x 2 y / B: copy l k / A! / B: zcard l / B: zcard k")]
    // Keys of other types.
    [InlineData("A: set s x / A: bzpopmin k s 0 / A: bzpopmax s k 0 / A: bzmpop 0 2 s k min / A: zadd k 1 x")]
    [InlineData("A: set s x / A: zadd k 1 x 2 y / A: bzpopmin k s 0 / A: bzpopmin s k 0 / A: bzmpop 0 2 k s min")]
    [InlineData("A? bzpopmin k 0 / B: set k x / B: del k / B: zadd k 1 y / A!")]
    [InlineData("A? bzpopmin k 0 / B? blpop k 0 / C: zadd k 1 x / A! / C: rpush k y / B! / C: exists k")]
    [InlineData("A? bzpopmin k 0 / B? blpop k 0 / C: rpush k y / B! / C: zadd k 1 x / A! / C: exists k")]
    [InlineData("A: set s x / A: blpop k s 0 / A: blmove s l left left 0 / A: blmpop 0 2 s k left")]
    [InlineData("A? blpop k 0 / B: set k x / B: del k / B: rpush k y / A!")]
    [InlineData("A? blpop a k 0 / B: set a x / B: rpush k y / A! / B: get a")]
    [InlineData("A? blmove k s left left 0 / B: set s x / B: rpush k y / A! / B: lrange k 0 -1")]
    // Within and behind a transaction.
    [InlineData("A? blpop k 0 / B: multi / B: rpush k x / B: incr n / B: exec / A! / B: exists k")]
    [InlineData("A: multi / A: blpop k l 0 / A: brpoplpush k l 0 / A: exec / B: rpush k x / A: blpop k 0")]
    [InlineData("A: rpush l x y / A: multi / A: blpop k l 0 / A: blmove l k left left 0 / A: exec")]
    [InlineData("A? bzpopmin k 0 / B: multi / B: zadd k 1 x / B: zrem k x / B: zadd k 2 y / B: exec / A!")]
    [InlineData("A: multi / A: bzpopmin k l 0 / A: bzmpop 0 1 k max / A: exec / B: zadd k 1 x / A: bzpopmax k 0")]
    [InlineData("A: zadd l 1 x 2 y / A: multi / A: bzpopmin k l 0 / A: bzmpop 0 2 k l max / A: bzpopmax l 0 / A: exec")]
    [InlineData("A# hello 3 / A: zadd l 1 x / A: multi / A: bzpopmin l 0 / A: bzmpop 0 1 l min / A: exec")]
    // What stands behind the command waits with it.
    [InlineData("A? blpop k 0; incr n; blpop k 0.001 / B: get n / B: rpush k x / A! / A! / A! / B: get n")]
    // Time runs out.
    [InlineData("A: blpop k 0.02 / A: brpoplpush k l 0.01 / A: blmove k l left left 0.01 / A: blmpop 0.01 1 k left")]
    [InlineData("A: bzpopmin k 0.02 / A: bzpopmax k l 0.01 / A: bzmpop 0.01 1 k min / A: bzpopmin k -1")]
    [InlineData("B? blpop k 0 / A: blpop k 0.02 / C: rpush k x / B! / A: blpop k 0.01")]
    public async Task As_with_redis(string steps)
    {
        await using GatewayFixture gateway = new();
        using Scene theirs = new(redisServer.EndPoint), ours = new(gateway.Server.EndPoint);
        theirs.Play("Z: flushall");
        ours.Play("Z: flushall");
        Assert.Equal(theirs.Play(steps), ours.Play(steps));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_or_says_it_sends_no_more_takes_nothing(bool leaves)
    {
        await using GatewayFixture gateway = new();
        foreach (System.Net.EndPoint server in (System.Net.EndPoint[])[redisServer.EndPoint, gateway.Server.EndPoint])
        {
            using Scene scene = new(server);
            scene.Play("Z: flushall");
            scene.Play("A? blpop k 0; incr n / B? blpop k 0");
            if (leaves) scene['A'].Dispose();
            else scene['A'].EndSending();
            scene.AwaitWaiting(1);
            if (!leaves) Assert.True(scene['A'].IsClosedByPeer());
            Assert.Equal("C :2\r\nB *2\r\n$1\r\nk\r\n$1\r\nx\r\nC :1\r\nC $-1\r\n", scene.Play(
                "C: rpush k x y / B! / C: llen k / C: get n"));
        }
    }

    [Fact]
    public async Task A_client_that_leaves_behind_much_that_it_sent_ahead_is_noticed_in_the_end()
    {
        await using GatewayFixture gateway = new();
        using Scene scene = new(gateway.Server.EndPoint);
        scene.Play("A? blpop k 0");
        RespTestClient client = scene['A'];
        for (int i = 0; i < 2_000; i++) client.Send(RespTestClient.Encode("echo", new string('x', 100)));
        scene.Play("B: rpush k x");
        Assert.Equal("A *2\r\n$1\r\nk\r\n$1\r\nx\r\n", scene.Play("A!"));
        for (int i = 0; i < 2_000; i++) Assert.StartsWith("$100\r\n", client.ReadReply(), StringComparison.Ordinal);
    }
}
