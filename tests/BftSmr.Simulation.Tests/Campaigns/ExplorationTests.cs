using BftCloud.Simulation;
using BftSmr.Simulation.Tests.PlantedBugs;

namespace BftSmr.Simulation.Tests.Campaigns;

/// <summary>A part of the state space that fits in a test; <c>bftcloud explore</c> goes further.</summary>
public class ExplorationTests
{
    [Fact]
    public void Three_correct_replicas_and_an_equivocating_leader_agree_in_every_state_that_they_can_get_into()
    {
        ExplorationReport report = Exploration.Run(new ExplorationOptions { StatesMax = 2_000, StrategiesMax = 5 });
        Assert.True(report.Violation is null, $"{report}\n{string.Join('\n', report.Story)}");
        Assert.Equal((5, 10_000), (report.Strategies, report.States));
        Assert.True(report.Depth >= 3, report.ToString());
    }

    [Fact]
    public void An_exploration_that_is_cancelled_ends_at_once_and_tells_what_it_saw()
    {
        ExplorationReport report = Exploration.Run(new ExplorationOptions(), new CancellationToken(canceled: true));
        Assert.Null(report.Violation);
        Assert.Equal((0, 0), (report.Strategies, report.Complete));
    }

    [Theory]
    [InlineData("the write quorum is one short")]
    [InlineData("votes for different values are counted together")]
    public void A_planted_bug_is_found_on_a_short_way(string name)
    {
        BuggyCore core = new(PlantedBugList.All.Single(b => b.Name == name));
        string report = core.Explore(20_000);
        if (!report.Contains("executed", StringComparison.Ordinal)) Assert.Fail(report);
        core.Unload();
    }
}
