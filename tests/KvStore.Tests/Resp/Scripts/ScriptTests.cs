using System.Text;
using KvStore.Gateway.Scripts;
using KvStore.Tests.Resp.Dialogues;

namespace KvStore.Tests.Resp.Scripts;

/// <summary>The scripts of lock libraries do at the gateway what they do in a real Redis.</summary>
public sealed class ScriptTests(RedisServer redisServer) : IClassFixture<RedisServer>
{
    private const string Release =
        "if redis.call(\"get\",KEYS[1]) == ARGV[1] then return redis.call(\"del\",KEYS[1]) else return 0 end";

    /// <summary>What the key of a lock may hold: nothing, this client's token, another's, with and without an end, and
    /// what is no lock.</summary>
    private static readonly string[][][] s_before =
    [
        [], [["set", "k", "token", "px", "500000"]], [["set", "k", "token"]], [["set", "k", "other", "px", "500000"]],
        [["rpush", "k", "x"]], [["set", "k", "token", "px", "500000"], ["set", "l", "token", "px", "400000"]],
        [["set", "k", "token", "px", "500000"], ["set", "l", "other"]], [["set", "l", "token"]],
    ];

    private static readonly string[][] s_arguments =
    [
        ["1", "k", "token", "100000", "0"], ["1", "k", "token", "100000", "700000"],
        ["1", "k", "token", "50000", "300000"],
        ["2", "k", "l", "token", "100000", "0"], ["2", "k", "l", "token", "30000", "200000"],
    ];

    public static TheoryData<int> Scripts => [.. Enumerable.Range(0, ScriptTexts.All.Length)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task As_in_redis(int index)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        string script = ScriptTexts.All[index];
        foreach (string[][] before in s_before)
        {
            foreach (string[] arguments in s_arguments)
            {
                string[][] dialogue =
                [
                    ["flushall"], .. before, ["eval", script, .. arguments], ["pttl", "k"], ["pttl", "l"],
                    ["type", "k"], ["exists", "k", "l"],
                    ["evalsha", ScriptTexts.Sha1Of(script), .. arguments], ["pttl", "k"],
                ];
                foreach (string[] command in dialogue)
                {
                    string theirs = redis.Call(command), reply = ours.Call(command);
                    // A reply that tells the time left.
                    bool isRun = command[0].StartsWith("eval", StringComparison.Ordinal);
                    if (!isRun || !IsTime(theirs) || !IsTime(reply))
                        ReplyComparison.AssertSame(command, theirs, reply);
                }
            }
        }
    }

    [Theory]
    [InlineData(
        "comments, case",
        "if redis.call('GET', KEYS[1]) == ARGV[1] then\n --[[own]] return redis.call('DEL', KEYS[1]);\nend return 0;")]
    [InlineData(
        "names",
        "local mine = redis.call('get',KEYS[1]) if not mine or mine ~= ARGV[1] then return 0 end "
        + "redis.call('del',KEYS[1]) return 1")]
    [InlineData(
        "parentheses",
        "if (redis.call('get', KEYS[1]) == ARGV[1]) then return redis.call('del', KEYS[1]) else return 0 end")]
    public async Task Another_spelling_is_the_same_script(string what, string script)
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        client.Call("set", "k", what);
        Assert.Equal(":0\r\n", client.Call("eval", script, "1", "k", "another"));
        Assert.Equal(":1\r\n", client.Call("eval", script, "1", "k", what));
        Assert.Equal(":0\r\n", client.Call("exists", "k"));
    }

    [Theory]
    [InlineData("if redis.call('get',KEYS[1]) == ARGV[2] then return redis.call('del',KEYS[1]) else return 0 end")]
    [InlineData("if redis.call('get',KEYS[1]) ~= ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end")]
    [InlineData("if redis.call('get',KEYS[1]) == ARGV[1] then redis.call('del',KEYS[1]) else return 0 end")]
    [InlineData("if redis.call('get',KEYS[1]) == 'ARGV[1]' then return redis.call('del',KEYS[1]) else return 0 end")]
    [InlineData("if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end end")]
    [InlineData("if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 1 end")]
    [InlineData("--[==[\nreturn redis.call('set',KEYS[1],ARGV[1],'NX','PX',ARGV[2])\n--]==]")]
    [InlineData("return redis.call('get'")]
    [InlineData("--[[")]
    [InlineData("'")]
    [InlineData("")]
    public async Task Another_script_is_not(string script)
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        client.Call("set", "k", "v");
        Assert.StartsWith(
            "-ERR this script is not known", client.Call("eval", script, "1", "k", "v"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR this script is not known", client.Call("script", "load", script), StringComparison.Ordinal);
        Assert.Equal(
            "-NOSCRIPT No matching script. Please use EVAL.\r\n",
            client.Call("evalsha", ScriptTexts.Sha1Of(script), "1", "k", "v"));
        Assert.Equal("$1\r\nv\r\n", client.Call("get", "k"));
    }

    [Fact]
    public void Each_known_script_has_a_form_and_an_action_of_its_own_kind()
    {
        Assert.All(
            ScriptTexts.All, static script => Assert.NotNull(KnownScripts.Find(Encoding.Latin1.GetBytes(script))));
        Assert.InRange(ScriptTexts.All.Length, 20, 60);
    }

    [Fact]
    public async Task Of_many_that_acquire_one_wins_and_only_its_own_release_counts()
    {
        const int Clients = 8, Rounds = 20;
        await using GatewayFixture gateway = new();
        string acquire = ScriptTexts.All.First(
            static script => script.Contains("\"exists\"", StringComparison.Ordinal));
        int held = 0, most = 0, acquired = 0;
        Task[] tasks = [.. Enumerable.Range(0, Clients).Select(c =>
        {
            RespTestClient client = gateway.Connect();
            return Task.Run(() =>
            {
                for (int round = 0; round < Rounds;)
                {
                    string got = client.Call("eval", acquire, "2", "a", "b", $"t{c}", "500000");
                    if (got == ":0\r\n") continue;
                    Assert.Equal(":2\r\n", got);
                    int now = Interlocked.Increment(ref held);
                    most = Math.Max(most, now);
                    acquired++; // under the lock
                    round++;
                    Interlocked.Decrement(ref held);
                    Assert.Equal(":0\r\n", client.Call("eval", Release, "1", "a", "another"));
                    Assert.Equal(":1\r\n", client.Call("eval", Release, "1", "b", $"t{c}"));
                    Assert.Equal(":1\r\n", client.Call("eval", Release, "1", "a", $"t{c}"));
                }
            });
        })];
        await Task.WhenAll(tasks);
        Assert.Equal((1, Clients * Rounds), (most, acquired));
    }

    private static bool IsTime(string reply) => reply.Length > 6 && reply[0] == ':' && reply[1] != '-';
}
