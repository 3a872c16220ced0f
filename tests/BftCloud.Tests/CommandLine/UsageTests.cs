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
    [InlineData("counter add 1")]
    [InlineData("counter --cluster x add one")]
    public async Task Wrong_usage_ends_with_2_and_names_the_help(string arguments)
    {
        string error = await CommandLineRun.FailAsync(2, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_no_error() =>
        Assert.Contains("cluster", await CommandLineRun.SucceedAsync("--help"), StringComparison.Ordinal);
}
