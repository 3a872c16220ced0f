using System.Globalization;
using BftSmr.Simulation.Tests.Scenarios;

namespace BftSmr.Simulation.Tests.PlantedBugs;

/// <summary>
/// Every defence that is taken out of a copy of the core is missed by some check, where nothing is amiss with it. With
/// BFTCLOUD_PLANTED_SEEDS=N in the environment, a bug whose seed is not the right one any more is searched for in N
/// seeds of every scenario, and the failure says what to write in the list.
/// </summary>
public class PlantedBugTests
{
    public static TheoryData<string> Names => [.. PlantedBugList.All.Select(static b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_caught(string name)
    {
        PlantedBug bug = PlantedBugList.All.Single(b => b.Name == name);
        Assert.Null(ScenarioList.Find(bug.Scenario).Play(bug.Seed)); // or the catch would prove nothing
        BuggyCore core = new(bug);
        string? caught = core.Play(bug.Scenario, bug.Seed);
        if (caught is null)
            Assert.Fail(
                $"'{name}' in {bug.File} is not caught by seed {bug.Seed} of {bug.Scenario}. {Search(core, bug)}");
        core.Unload();
    }

    [Fact]
    public void There_are_at_least_thirty_of_them_with_names_of_their_own()
    {
        Assert.True(PlantedBugList.All.Count >= 30);
        Assert.Equal(PlantedBugList.All.Count, PlantedBugList.All.Select(static b => b.Name).Distinct().Count());
    }

    private static string Search(BuggyCore core, PlantedBug bug)
    {
        string? wanted = Environment.GetEnvironmentVariable("BFTCLOUD_PLANTED_SEEDS");
        if (!ulong.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seeds)) return "";
        foreach (string scenario in ScenarioList.All.Select(static s => s.Id)
            .OrderBy(id => id == bug.Scenario ? 0 : id.StartsWith("any", StringComparison.Ordinal) ? 1 : 2))
        {
            for (ulong seed = 1; seed <= (scenario == bug.Scenario ? 4 * seeds : seeds); seed++)
            {
                if (core.Play(scenario, seed) is { } caught && ScenarioList.Find(scenario).Play(seed) is null)
                    return $"CAUGHT by seed {seed} of {scenario}: {caught[..Math.Min(caught.Length, 160)]}";
            }
        }
        return $"NOT CAUGHT by {seeds} seeds of any scenario.";
    }
}
