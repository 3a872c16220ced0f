using System.CommandLine;
using System.CommandLine.Parsing;
using Command = System.CommandLine.Command;

namespace BftCloud.Tests.CommandLine;

public sealed class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("cluster")]
    [InlineData("cluster init")]
    [InlineData("cluster init --out /tmp/x --service nothing")]
    [InlineData("cluster init --out /tmp/x --durability sometimes")]
    [InlineData("cluster init --out /tmp/x --protocol paxos")]
    [InlineData("cluster init --out /tmp/x --f many")]
    [InlineData("cluster up")]
    [InlineData("cluster status --yaml x")]
    [InlineData("replica run")]
    [InlineData("bench echo --cluster x --clients 0")]
    [InlineData("bench echo --cluster x --duration 30")]
    [InlineData("bench echo --cluster x --request-bytes -1")]
    [InlineData("bench")]
    [InlineData("bench --compare a.json b.json")]
    [InlineData("bench --compare a.json --html x.html")]
    [InlineData("bench --html x.html")]
    [InlineData("bench echo --cluster x --html /nowhere/x.html")]
    [InlineData("bench machine --data /nowhere")]
    [InlineData("dashboard")]
    [InlineData("dashboard --cluster x --listen 8080")]
    [InlineData("inspect config")]
    [InlineData("sim --service nothing")]
    [InlineData("chaos --service nothing")]
    [InlineData("kv --cluster x serve --clients-max 0")]
    [InlineData("kv --cluster x serve --client-output-max 1000")]
    [InlineData("kv --cluster x watch")]
    [InlineData("kv --cluster x watch k --count 0")]
    [InlineData("kv --cluster x watch k --for 10")]
    [InlineData("memcache get")]
    [InlineData("memcache set k")]
    [InlineData("memcache set k v --ttl 0s")]
    [InlineData("memcache serve -I many")]
    [InlineData("bench memcache --clients 0")]
    [InlineData("bench memcache --reads 1.5")]
    [InlineData("bench memcache --keys zipf:0")]
    [InlineData("counter add 1")]
    [InlineData("counter --cluster x add one")]
    public async Task Wrong_usage_ends_with_2_and_names_the_help(string arguments)
    {
        string error = await CommandLineRun.FailAsync(2, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_default_that_the_help_shows_is_accepted_when_it_is_given()
    {
        List<string> refused = [];
        int checkedDefaults = 0;
        foreach (Command command in AllBelow(BftCloudCommand.Create(FeatureList.All)))
        {
            foreach (Option option in command.Options.Where(static option => option.HasDefaultValue))
            {
                if (option.GetDefaultValue()?.ToString() is not { Length: > 0 } shown || shown is "False") continue;
                ParseResult given = command.Parse([option.Name, shown]);
                if (given.Errors.Any(error => error.SymbolResult is OptionResult result && result.Option == option))
                    refused.Add($"{command.Name} {option.Name} {shown}");
                checkedDefaults++;
            }
        }
        Assert.Empty(refused);
        Assert.True(checkedDefaults > 10, $"only {checkedDefaults} options have defaults");
    }

    private static IEnumerable<Command> AllBelow(Command command) =>
        [command, .. command.Subcommands.SelectMany(AllBelow)];

    [Fact]
    public async Task Help_is_no_error() =>
        Assert.Contains("cluster", await CommandLineRun.SucceedAsync("--help"), StringComparison.Ordinal);
}
