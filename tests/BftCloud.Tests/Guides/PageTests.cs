using BftCloud.Testing.Pages;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Guides;

/// <summary>What a page tells a reader to type works.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PageTests
{
    private static readonly EnumerationOptions s_everywhere = new() { RecurseSubdirectories = true };

    private static readonly Lazy<(string Path, string Text)[]> s_pages = new(static () =>
    [
        .. Directory.EnumerateFiles(Checkout.At(), "*.md")
            .Concat(Directory.EnumerateFiles(Checkout.At("docs"), "*.md", s_everywhere))
            .Order(StringComparer.Ordinal)
            .Select(static file => (Path.GetRelativePath(Checkout.At(), file), File.ReadAllText(file))),
    ]);

    /// <summary>The place of each session: its page and its first line.</summary>
    public static TheoryData<string, int> Sessions
    {
        get
        {
            TheoryData<string, int> places = [];
            foreach (Fence session in AllSessions()) places.Add(session.Page, session.Line);
            return places;
        }
    }

    [Fact]
    public void Every_command_in_a_page_is_one()
    {
        PageCommand[] commands = [.. s_pages.Value.SelectMany(static page => PageCommand.Of(page.Path, page.Text))];
        Assert.True(commands.Length > 50, $"Only {commands.Length} commands were found.");
        string[] faults = [.. FaultsOf(commands)];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task A_session_runs_to_its_end(string page, int line)
    {
        await using PageSession run = new();
        (int exitCode, string output) =
            await run.RunAsync(AllSessions().Single(session => session.Page == page && session.Line == line));
        Assert.True(exitCode == 0, $"The session ended with {exitCode}:\n{output}");
    }

    [Theory]
    [InlineData("```\n./bftcloud cluster status D\n```", 0)]
    [InlineData("```\n./bftcloud cluster state D\n```", 1)]
    [InlineData("```\n./bftcloud cluster status\n```", 1)]
    [InlineData("```\nbftcloud bench machine --fast   # quickly\n```", 1)]
    [InlineData("```\n./bftcloud kv --cluster D get a | cat   # any\n```", 0)]
    [InlineData("```\n./bftcloud kv --cluster D list > keys.txt\n```", 0)]
    [InlineData("Run `bftcloud cluster init`, then `./bftcloud kv --cluster D list`.", 0)]
    [InlineData("Run `bftcloud cluster make`.", 1)]
    [InlineData("Run `bftcloud cluster init --fast`.", 1)]
    public void A_command_that_is_none_is_found(string text, int faults) =>
        Assert.Equal(faults, FaultsOf(PageCommand.Of("a.md", text)).Count());

    [Fact]
    public void Every_block_of_commands_is_a_session()
    {
        string[] others = [.. AllBlocks().Where(IsUntested).Select(static block => $"{block.Page}:{block.Line}")];
        Assert.True(
            others.Length == 0,
            "These blocks name neither a language nor how their commands are run ('session' and its kinds, see "
            + $"docs/internals/hacking.md); a block that is no commands is 'text':\n{string.Join('\n', others)}");
    }

    [Fact]
    public void What_is_left_to_integration_is_run_by_it() =>
        Assert.All(CheckoutCommands.OfIntegration, static command => Assert.Contains(
            command.Value.Line, File.ReadAllLines(Checkout.At(command.Value.File))));

    [Fact]
    public void A_variable_before_a_command_is_one_that_the_tests_read()
    {
        string[] names = [.. AllSessions().SelectMany(static session => CheckoutCommands.Variables(session.Text))];
        Assert.NotEmpty(names);
        string[] sources = [.. Directory.EnumerateFiles(Checkout.At("tests"), "*.cs", s_everywhere)
            .Select(File.ReadAllText)];
        Assert.All(names, name => Assert.Contains(
            sources, source => source.Contains($"Variable(\"{name}\")", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("```\nls\n```", true)]
    [InlineData("```sh\nls\n```", true)]
    [InlineData("<!-- sessions -->\n```\nls\n```", true)]
    [InlineData("<!-- session -->\n```\nls\n```", false)]
    [InlineData("<!-- session, cluster up -->\n```\nls\n```", false)]
    [InlineData("```text\na -> b\n```", false)]
    [InlineData("```csharp\nls();\n```", false)]
    public void A_block_of_commands_that_nothing_runs_is_found(string text, bool isUntested) =>
        Assert.Equal(isUntested, IsUntested(Fence.Of("a.md", text).Single()));

    [Fact]
    public void Commands_in_the_checkout_build_nothing_and_list_their_tests() => Assert.Equal(
        """
        ./demo
        dotnet run --project a -c Release --no-build
        A_B=1 dotnet test b --filter ~C --no-build --list-tests | grep '^    '

        """,
        CheckoutCommands.Runnable(
            """
            ./demo     # a
            ./test # b
            dotnet run --project a -c Release
            dotnet build BftCloud.slnx -c Release
            A_B=1 dotnet test b --filter ~C    # c

            """));

    [Theory]
    [InlineData("session")]
    [InlineData("session, cut")]
    [InlineData("session, cluster")]
    public async Task A_session_that_fails_is_found(string mark)
    {
        await using PageSession run = new();
        Fence session = Fence.Of("a.md", $"<!-- {mark} -->\n```\n./bftcloud kv --cluster D get a\ntrue\n```").Single();
        (int exitCode, string output) = await run.RunAsync(session);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("bftcloud: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("+ true", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_a_session_that_does_not_start_is_found()
    {
        await using PageSession run = new();
        const string Text = "<!-- session, cluster -->\n```\n./bftcloud kv serve --cluster E\ntrue\n```";
        (int exitCode, string output) = await run.RunAsync(Fence.Of("a.md", Text).Single());
        Assert.NotEqual(0, exitCode);
        Assert.Contains("bftcloud: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("+ true", output, StringComparison.Ordinal);
    }

    private static IEnumerable<Fence> AllBlocks() =>
        s_pages.Value.SelectMany(static page => Fence.Of(page.Path, page.Text));

    private static IEnumerable<Fence> AllSessions() =>
        AllBlocks().Where(static block => SessionKind.Of(block) is not null);

    /// <summary>Whether it may hold commands, and no session runs them.</summary>
    private static bool IsUntested(Fence block) =>
        block.Language is "" or "sh" or "bash" or "shell" or "console" && SessionKind.Of(block) is null;

    private static IEnumerable<string> FaultsOf(IEnumerable<PageCommand> commands) =>
        from command in commands
        let fault = command.Fault(BftCloudCommand.Create(FeatureList.All))
        where fault is not null
        select $"{command}: {fault}";
}
