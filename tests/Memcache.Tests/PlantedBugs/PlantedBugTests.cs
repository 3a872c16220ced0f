using BuggyCopies;
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
        BuggyCopy server = new(
            bug, Checkout.At("src", "Memcache", "Server"), ["Store", "Protocol"], "Memcache", typeof(SessionRuns));
        server.AssertCaught(bug, SessionRuns.Play);
    }
}
