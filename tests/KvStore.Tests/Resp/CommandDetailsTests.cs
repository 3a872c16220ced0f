using KvStore.Gateway;
using KvStore.Gateway.Commands;
using KvStore.Gateway.Details;
using KvStore.Tests.Resp.Dialogues;

namespace KvStore.Tests.Resp;

/// <summary>What COMMAND tells of a command is what a real Redis tells, word for word.</summary>
public sealed class CommandDetailsTests(RedisServer redisServer) : IClassFixture<RedisServer>
{
    private const int Subcommands = 9;

    /// <summary>Clients of Redis 7.2 send these. Redis 7.0 does not have them: COMMAND tells nothing of them.</summary>
    private static readonly string[] s_later = ["client|no-touch", "client|setinfo"];

    private static IEnumerable<RespCommand> Commands =>
        RespCommands.Table.All.SelectMany(static c => (RespCommand[])[c, .. c.Subcommands?.All ?? []]);

    [Fact]
    public void Every_command_has_details() =>
        Assert.Equal(
            s_later,
            Commands.Where(static c => c.Details is null).Select(static c => c.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_entry_is_of_a_command() =>
        Assert.Empty(DetailsTable.All.Keys.Except(Commands.Select(static c => c.Name)));

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    public async Task COMMAND_INFO_tells_what_Redis_tells(string version)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        foreach (RespTestClient client in (RespTestClient[])[redis, ours]) client.Call("hello", version);
        foreach (RespCommand command in RespCommands.Table.ToldInAll)
        {
            Reply[] theirs = Told(redis, command.Name), told = Told(ours, command.Name);
            Assert.Equal(Subcommands + 1, told.Length);
            Assert.Equal(
                theirs[..Subcommands].Select(static part => part.Raw),
                told[..Subcommands].Select(static part => part.Raw));
            // The subcommands are told in any order; each is compared on its own.
            Assert.Equal(theirs[Subcommands].Kind, told[Subcommands].Kind);
            Assert.Subset(Names(theirs[Subcommands]), Names(told[Subcommands]));
            Assert.Equal(command.Told.Select(static c => c.Name).ToHashSet(), Names(told[Subcommands]));
        }
    }

    [Fact]
    public async Task COMMAND_DOCS_tells_what_Redis_tells_in_part()
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        foreach (RespCommand command in RespCommands.Table.ToldInAll)
        {
            Dictionary<string, string> theirs = Docs(redis, command.Name), told = Docs(ours, command.Name);
            Assert.Equal(command.Told.Count > 0 ? 4 : 3, told.Count);
            foreach (string field in (string[])["summary", "since", "group"])
                Assert.Equal(theirs[Bulk(field)], told[Bulk(field)]);
        }
    }

    [Theory]
    [InlineData("info")]
    [InlineData("docs")]
    public async Task Nothing_is_told_of_commands_of_later_releases(string subcommand)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        foreach (string name in (string[])[.. s_later, "nosuch", "client|nosuch", "client|id|x", "get|x", "get|"])
        {
            string[] command = ["command", subcommand, name];
            Assert.Equal(redis.Call(command), ours.Call(command));
        }
    }

    [Fact]
    public async Task COMMAND_tells_of_each_command_as_COMMAND_INFO_does()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        string[] names = [.. RespCommands.Table.Told.Select(static c => c.Name)];
        string all = client.Call("command");
        Assert.Equal(all, client.Call("command", "info"));
        Assert.Equal(all, client.Call(["command", "info", .. names]));
        Assert.Equal($":{names.Length}\r\n", client.Call("command", "count"));
        Assert.Equal(
            RespCommands.Table.ToldInAll.Select(static c => Bulk(c.Name)),
            Reply.Parse(client.Call("command", "list")).Items.Select(static item => item.Raw));
    }

    [Theory]
    [InlineData("pattern", "*a*|g*")]
    [InlineData("pattern", "CLIENT|*")]
    [InlineData("pattern", "[")]
    [InlineData("aclcat", "string")]
    [InlineData("aclcat", "CONNECTION")]
    [InlineData("aclcat", "dangerous")]
    [InlineData("aclcat", "@string")]
    [InlineData("aclcat", "nosuch")]
    [InlineData("module", "x")]
    public async Task COMMAND_LIST_filters_as_Redis_does(string kind, string argument)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        string[] command = ["command", "list", "FilterBy", kind, argument];
        HashSet<string> known = [.. RespCommands.Table.ToldInAll.Select(static c => Bulk(c.Name))];
        Assert.Equal(
            Reply.Parse(redis.Call(command)).Items.Select(static item => item.Raw).Where(known.Contains).Order(
                StringComparer.Ordinal),
            Reply.Parse(gateway.Connect().Call(command)).Items.Select(static item => item.Raw).Order(
                StringComparer.Ordinal));
    }

    private static Reply[] Told(RespTestClient client, string name) =>
        Reply.Parse(client.Call("command", "info", name)).Items.Single().Items;

    private static HashSet<string> Names(Reply commands) =>
        [.. commands.Items.Select(static c => c.Items[0].Raw.Split("\r\n")[1])];

    private static Dictionary<string, string> Docs(RespTestClient client, string name)
    {
        Reply[] pairs = Reply.Parse(client.Call("command", "docs", name)).Items[1].Items;
        return pairs.Chunk(2).ToDictionary(static pair => pair[0].Raw, static pair => pair[1].Raw);
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";
}
