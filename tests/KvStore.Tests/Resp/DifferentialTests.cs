namespace KvStore.Tests.Resp;

/// <summary>The same commands to a real Redis and to the gateway: the replies are the same, byte for byte.</summary>
public sealed class DifferentialTests(RedisServer redisServer) : IClassFixture<RedisServer>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_scripts(int seed)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        redis.Call("flushall");
        CommandScripts scripts = new(seed);
        Random random = new(seed);
        for (int round = 0; round < 400; round++)
        {
            // Sometimes one by one, sometimes many at once.
            string[][] commands = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => scripts.Next())];
            byte[] bytes = [.. commands.SelectMany(RespTestClient.Encode)];
            redis.Send(bytes);
            ours.Send(bytes);
            foreach (string[] command in commands)
                ReplyComparison.AssertSame(command, redis.ReadReply(), ours.ReadReply());
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Random_transactions(int seed)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        redis.Call("flushall");
        CommandScripts scripts = new(seed);
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            List<string[]> commands = [];
            if (random.Next(3) == 0) commands.Add(["watch", "a", "b"]);
            if (random.Next(4) == 0) commands.Add(scripts.Next());
            commands.Add(["multi"]);
            // Within EXEC the order of fields and the time cannot be told apart from the rest: leave those commands
            // out.
            commands.AddRange(Enumerable.Range(0, random.Next(6)).Select(_ => scripts.Next())
                .Where(static c => c[0].ToLowerInvariant() is not (
                    "hgetall" or "hkeys" or "hvals" or "smembers" or "keys" or "ttl" or "pttl" or "expiretime"
                    or "pexpiretime" or "sinter" or "sunion" or "sdiff" or "spop" or "srandmember"
                    or "hrandfield")));
            commands.Add(random.Next(8) == 0 ? ["discard"] : ["exec"]);
            if (random.Next(6) == 0) commands.Add(["exec"]);
            foreach (string[] command in commands)
                ReplyComparison.AssertSame(command, redis.Call(command), ours.Call(command));
        }
    }

    [Theory]
    [InlineData("PING\r\n")]
    [InlineData("set  a  \"x\\x41\\n\\\"y\"\r\nget a\n")]
    [InlineData("set a 'it''s'\r\n")]
    [InlineData("set a 'it\\'s'\r\nget a\r\n")]
    [InlineData("get \"a\r\n")]
    [InlineData("get \"a\"b\r\n")]
    [InlineData("\r\n\r\nPING\r\n")]
    [InlineData("*0\r\nPING\r\n")]
    [InlineData("*-1\r\nPING\r\n")]
    [InlineData("*x\r\n")]
    [InlineData("*01\r\n$4\r\nPING\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData("*1\r\nPING\r\n")]
    [InlineData("*1\r\n\r\n")]
    [InlineData("*1\r\n$x\r\n")]
    [InlineData("*1\r\n$-1\r\n")]
    [InlineData("*1\r\n$999999999999\r\n")]
    [InlineData("*2\r\n$3\r\nGET\r\n$536870913\r\n")]
    [InlineData("*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n")]
    [InlineData("hello there\r\n")]
    [InlineData("get\ta\r\n")]
    [InlineData("hello 3\r\n")]
    public async Task Raw_bytes(string bytes)
    {
        await using GatewayFixture gateway = new();
        string[] replies = new string[2];
        int i = 0;
        Func<RespTestClient>[] both = [() => new RespTestClient(redisServer.EndPoint), gateway.Connect];
        foreach (Func<RespTestClient> connect in both)
        {
            using RespTestClient client = connect();
            client.Call("del", "a");
            // What comes behind shows whether the connection is still of use.
            client.Send(System.Text.Encoding.Latin1.GetBytes(bytes + "*2\r\n$4\r\nECHO\r\n$3\r\nend\r\n"));
            client.EndSending();
            replies[i++] = bytes.StartsWith("hello 3", StringComparison.Ordinal) ? Protocol3(client) : All(client);
        }
        Assert.Equal(replies[0], replies[1]);
    }

    [Fact]
    public async Task Lines_that_do_not_end()
    {
        await using GatewayFixture gateway = new();
        string digits = new('1', 70_000);
        foreach (string bytes in (string[])[new('a', 70_000), "*" + digits, "*1\r\n$" + digits])
        {
            using RespTestClient redis = new(redisServer.EndPoint);
            Assert.Equal(redis.Raw(bytes), gateway.Connect().Raw(bytes));
        }
    }

    [Fact]
    public async Task Wrong_use_of_transactions()
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        redis.Call("flushall");
        string[][] commands =
        [
            ["exec"], ["discard"], ["multi"], ["multi"], ["watch", "a"],
            ["get"], ["set", "a", "1"], ["exec"], ["get", "a"],
            ["multi"], ["nosuch"], ["exec"], ["multi"], ["discard"], ["unwatch"],
            ["multi"], ["exec"], ["multi"], ["ping"], ["echo", "x"], ["select", "0"], ["exec"],
            ["watch"], ["multi"], ["incr", "a"], ["lpush", "a", "x"], ["set", "a"],
            ["exec"], ["multi", "x"], ["reset"], ["exec"],
        ];
        foreach (string[] command in commands)
            ReplyComparison.AssertSame(command, redis.Call(command), ours.Call(command));
    }

    [Fact]
    public async Task Scans_visit_the_same_keys()
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        redis.Call("flushall");
        foreach (RespTestClient client in (RespTestClient[])[redis, ours])
        {
            for (int i = 0; i < 300; i++)
            {
                client.Call("set", $"k{i}", "v");
                client.Call("sadd", "set", $"m{i}");
                client.Call("zadd", "sorted", $"{i / 8.0:r}", $"m{i}");
                client.Call("hset", "hash", $"f{i}", "v");
            }
        }
        foreach (string[] options in (string[][])[
            [], ["match", "k1*"], ["count", "100"], ["match", "*7", "count", "7"],
            ["type", "hash"], ["type", "STRING", "match", "k?"]])
            Assert.Equal(Scan(redis, ["scan"], options), Scan(ours, ["scan"], options));
        Assert.Equal(Scan(redis, ["sscan", "set"], ["match", "m1*"]), Scan(ours, ["sscan", "set"], ["match", "m1*"]));
        Assert.Equal(Scan(redis, ["hscan", "hash"], []), Scan(ours, ["hscan", "hash"], []));
        Assert.Equal(Scan(redis, ["zscan", "sorted"], ["count", "7"]), Scan(ours, ["zscan", "sorted"], ["count", "7"]));
        Assert.Equal(Scan(redis, ["scan"], ["type", "zset"]), Scan(ours, ["scan"], ["type", "zset"]));
        foreach (string[] wrong in (string[][])[
            ["scan", "x"], ["scan", "0", "count", "0"], ["scan", "0", "count"], ["scan", "0", "count", "x"],
            ["scan", "0", "bad", "x"], ["hscan", "k1", "0"], ["sscan", "set", "0", "type", "x"]])
            ReplyComparison.AssertSame(wrong, redis.Call(wrong), ours.Call(wrong));
    }

    private static SortedSet<string> Scan(RespTestClient client, string[] what, string[] options)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        string cursor = "0";
        do
        {
            string[] parts = client.Call([.. what, cursor, .. options]).Split("\r\n");
            cursor = parts[2];
            for (int i = 5; i < parts.Length; i += 2) found.Add(parts[i]);
        }
        while (cursor != "0");
        return found;
    }

    private static string All(RespTestClient client)
    {
        string all = "";
        while (true)
        {
            try
            {
                all += client.ReadReply();
            }
            catch (Exception e) when (e is EndOfStreamException or IOException)
            {
                return all + "(closed)";
            }
        }
    }

    /// <summary>After HELLO 3, whose own reply tells of the server: the forms of the third version.</summary>
    private static string Protocol3(RespTestClient client)
    {
        Assert.StartsWith("%7\r\n", client.ReadReply(), StringComparison.Ordinal);
        return All(client);
    }
}
