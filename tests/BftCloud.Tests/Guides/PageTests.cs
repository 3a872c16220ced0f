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

    [Theory]
    [InlineData(PageSession.Mark)]
    [InlineData(PageSession.CutMark)]
    public async Task A_session_that_fails_is_found(string mark)
    {
        await using PageSession run = new();
        Fence session = Fence.Of("a.md", $"<!-- {mark} -->\n```\n./bftcloud kv --cluster D get a\ntrue\n```").Single();
        (int exitCode, string output) = await run.RunAsync(session);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("bftcloud: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("+ true", output, StringComparison.Ordinal);
    }

    private static IEnumerable<Fence> AllSessions() =>
        s_pages.Value.SelectMany(static page => Fence.Of(page.Path, page.Text))
            .Where(static block => block.Mark is PageSession.Mark or PageSession.CutMark);

    private static IEnumerable<string> FaultsOf(IEnumerable<PageCommand> commands) =>
        from command in commands
        let fault = command.Fault(BftCloudCommand.Create(FeatureList.All))
        where fault is not null
        select $"{command}: {fault}";
}
