using BftSmr.Simulation.Tests.PlantedBugs;

namespace BftSmr.Simulation.Tests.Scenarios;

public class ScenarioTests
{
    public static TheoryData<string> Ids => [.. ScenarioList.All.Select(static s => s.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Everything_holds_that_must(string id)
    {
        Scenario scenario = ScenarioList.Find(id);
        for (ulong seed = 1; seed <= 12; seed++)
        {
            string? broken = scenario.Play(seed);
            Assert.True(broken is null, $"{id}, seed {seed}. {scenario.Holds} But: {broken}");
        }
    }

    [Fact]
    public void Each_listed_scenario_catches_a_planted_bug() =>
        Assert.Empty(
            ScenarioList.All.Where(static s => s.IsListed)
                .Select(static s => s.Id).Except(PlantedBugList.All.Select(static b => b.Scenario)));

    [Fact]
    public void None_of_the_listed_scenarios_that_concern_replication_is_missing() =>
        Assert.Equal(
            [
                "B1", "B10", "B11", "B12", "B13", "B14", "B15", "B16", "B17", "B18", "B19", "B2", "B20", "B23", "B27",
                "B28", "B3", "B4", "B5", "B6", "B7", "B8", "B9",
            ],
            ScenarioList.All.Where(static s => s.IsListed).Select(static s => s.Id).Order(StringComparer.Ordinal));
}
