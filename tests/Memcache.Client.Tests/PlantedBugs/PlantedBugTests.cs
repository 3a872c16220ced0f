using BuggyCopies;
using Memcache.Client.Tests.Sealing;

namespace Memcache.Client.Tests.PlantedBugs;

/// <summary>Every binding that is taken out of a copy of the sealed cache is missed by a run.</summary>
public class PlantedBugTests
{
    private static readonly string[] s_folders = ["Protocol", "Servers", "Client", "Caching", "Health", "Sealing"];

    public static TheoryData<string> Names => [.. PlantedBugList.All.Select(static b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_caught(string name)
    {
        PlantedBug bug = PlantedBugList.All.Single(b => b.Name == name);
        BuggyCopy cache = new(
            bug, Checkout.At("src", "Memcache.Client"), s_folders, "Memcache.Client", typeof(SealedRuns));
        cache.AssertCaught(bug, SealedRuns.Play);
    }
}
