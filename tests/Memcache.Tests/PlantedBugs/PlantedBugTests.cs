using Memcache.Tests.Server.Protocol;

namespace Memcache.Tests.PlantedBugs;

/// <summary>Every defence that is taken out of a copy of the server is missed by a run that is right without.</summary>
public class PlantedBugTests
{
    public static TheoryData<string> Names => [.. PlantedBugList.All.Select(static b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_caught(string name)
    {
        PlantedBug bug = PlantedBugList.All.Single(b => b.Name == name);
        BuggyServer server = new(bug);
        string? caught = null;
        int seed = 0;
        while (caught is null && seed < bug.SeedsMax) caught = server.Play(bug.Run, ++seed);
        Assert.True(caught is not null, $"'{name}' is not caught by {bug.SeedsMax} seeds of '{bug.Run}'.");
        Assert.Null(SessionRuns.Play(bug.Run, seed)); // or the catch would prove nothing
        server.Unload();
    }
}
