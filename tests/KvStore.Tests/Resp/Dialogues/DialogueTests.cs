using System.Globalization;
using KvStore.Gateway.Commands;
using Xunit.Abstractions;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>
/// The gateway replies as a real Redis does, byte for byte, but for the differences that its specification lists.
/// </summary>
public sealed class DialogueTests(RedisServer redis, ITestOutputHelper output) : IClassFixture<RedisServer>
{
    private const int Dialogues = 6_000;

    /// <summary>Set this in the environment to try other dialogues than those of every run.</summary>
    private const string SeedVariable = "DIALOGUES_SEED";

    private const int ShownMax = 40;

    private static readonly ListedDifference[] s_listed = ListedDifference.All();

    public static TheoryData<string> Examples => [.. s_listed.Select(static row => row.Example)];

    public static TheoryData<string> Found => [.. FoundDialogues.All];

    [Fact]
    public async Task Generated_dialogues_differ_only_as_listed()
    {
        string given = Environment.GetEnvironmentVariable(SeedVariable) ?? "1";
        int seed = int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"{Dialogues} dialogues of seed {seed}; others: {SeedVariable}=…");
        await using GatewayFixture gateway = new();
        DialogueComparison comparison = new(redis.EndPoint, gateway.Server.EndPoint, s_listed);
        EdgeDialogues dialogues = new(seed);
        List<string> differences = [];
        for (int i = 0; i < Dialogues && differences.Count < ShownMax; i++)
            if (comparison.Compare(dialogues.Next()) is { } difference) differences.Add(difference);
        Assert.True(
            differences.Count == 0,
            $"Seed {seed}. Make the gateway reply as Redis does, or list the difference:\n"
            + string.Join("\n", differences));
    }

    [Theory]
    [MemberData(nameof(Found))]
    public async Task A_difference_once_found_stays_mended(string dialogue)
    {
        await using GatewayFixture gateway = new();
        DialogueComparison comparison = new(redis.EndPoint, gateway.Server.EndPoint, s_listed);
        Assert.Null(comparison.Compare([["flushall"], .. DialogueText.Parse(dialogue)]));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_listed_difference_still_differs(string example)
    {
        await using GatewayFixture gateway = new();
        ListedDifference row = s_listed.Single(row => row.Example == example);
        string[][] commands = [["flushall"], .. DialogueText.Parse(row.Example)];
        string theirs = DialogueComparison.Replies(redis.EndPoint, commands)[^1];
        string ours = DialogueComparison.Replies(gateway.Server.EndPoint, commands)[^1];
        Assert.True(theirs != ours, $"{row.Example}: no difference any more. Take it off the list.\n{ours}");
        Assert.True(
            row.Explains(commands[^1], Reply.Parse(theirs), Reply.Parse(ours)),
            $"{row.Example}: another difference than listed.\nRedis:   {theirs}\ngateway: {ours}");
    }

    [Fact]
    public void Every_command_of_the_gateway_is_generated() =>
        Assert.Equal(
            RespCommands.Table.All.Select(static c => c.Name).Order(StringComparer.Ordinal),
            new EdgeDialogues(1).Names);
}
