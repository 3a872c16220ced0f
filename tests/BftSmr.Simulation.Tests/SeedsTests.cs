using BftCloud.Simulation;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Tests;

/// <summary>A small campaign in every setting; <c>bftcloud sim --seeds</c> runs large ones.</summary>
public class SeedsTests
{
    [Theory]
    [InlineData(1, Durability.Votes, RequestAuthentication.Mac, 80)]
    [InlineData(1, Durability.Votes, RequestAuthentication.Signed, 40)]
    [InlineData(1, Durability.Decisions, RequestAuthentication.Mac, 40)]
    [InlineData(1, Durability.Decisions, RequestAuthentication.Signed, 20)]
    [InlineData(1, Durability.None, RequestAuthentication.Mac, 40)]
    [InlineData(1, Durability.None, RequestAuthentication.Signed, 20)]
    [InlineData(2, Durability.Votes, RequestAuthentication.Mac, 20)]
    [InlineData(2, Durability.Votes, RequestAuthentication.Signed, 8)]
    [InlineData(2, Durability.Decisions, RequestAuthentication.Mac, 8)]
    [InlineData(2, Durability.Decisions, RequestAuthentication.Signed, 8)]
    [InlineData(2, Durability.None, RequestAuthentication.Mac, 8)]
    [InlineData(2, Durability.None, RequestAuthentication.Signed, 8)]
    [InlineData(3, Durability.Votes, RequestAuthentication.Mac, 8)]
    [InlineData(3, Durability.Votes, RequestAuthentication.Signed, 4)]
    [InlineData(3, Durability.Decisions, RequestAuthentication.Mac, 4)]
    [InlineData(3, Durability.Decisions, RequestAuthentication.Signed, 4)]
    [InlineData(3, Durability.None, RequestAuthentication.Mac, 4)]
    [InlineData(3, Durability.None, RequestAuthentication.Signed, 4)]
    public void All_promises_are_kept(int f, Durability durability, RequestAuthentication authentication, int seeds)
    {
        CampaignReport report = new Campaign
        {
            Options = seed =>
                new SimulationOptions { Seed = seed, F = f, Durability = durability, Authentication = authentication },
        }.Run(1, (ulong)seeds);
        Assert.True(report.Passed, report.ToString());
        Assert.Equal(seeds, report.Seeds);
    }

    [Fact]
    public void With_the_write_quorum_lowered_by_one_the_checkers_find_a_violation_within_100_seeds()
    {
        CampaignReport report = new Campaign
        {
            StopsAtViolation = false, // the first one may be of another promise
            Options = static seed => new SimulationOptions { Seed = seed, WriteQuorumLoweredBy = 1 },
        }.Run(1, 100);
        Violation violation = Assert.Single(
            report.Violations.DistinctBy(static v => v.Promise)
                .Where(static v => v.Promise is "agreement" or "invariant").Take(1));
        Assert.InRange(violation.Seed, 1UL, 100UL);
        SimulationReport again = Cluster.Simulate(
            new SimulationOptions { Seed = violation.Seed, WriteQuorumLoweredBy = 1 });
        Assert.Equal(violation.ToString(), again.Violation?.ToString());
    }

    [Fact]
    public void A_campaign_without_a_stop_collects_all_violations_in_the_order_of_seeds()
    {
        CampaignReport report = new Campaign
        {
            StopsAtViolation = false,
            Options = static seed => new SimulationOptions { Seed = seed, WriteQuorumLoweredBy = 1 },
        }.Run(1, 150);
        Assert.Equal(150, report.Seeds);
        Assert.True(report.Violations.Count > 1, report.ToString());
        Assert.Equal(
            report.Violations.Select(static v => v.Seed).Order(), report.Violations.Select(static v => v.Seed));
        Assert.True(report.SeedsPerSecond > 0);
    }

    [Fact]
    public void A_campaign_that_is_cancelled_reports_what_it_did_until_then()
    {
        using CancellationTokenSource stop = new();
        long operations = 0;
        Campaign campaign = new()
        {
            Progress = report =>
            {
                operations += report.Acknowledged;
                stop.Cancel();
            },
        };
        CampaignReport report = campaign.Run(1, 1_000_000, stop.Token);
        Assert.True(report.Interrupted);
        Assert.InRange(report.Seeds, 1, campaign.Parallelism);
        Assert.Equal(operations, report.Operations);
        Assert.StartsWith("interrupted after ", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_that_throws_is_a_violation_with_its_seed_and_not_the_end_of_the_campaign()
    {
        CampaignReport report = new Campaign
        {
            StopsAtViolation = false,
            Simulate = static options =>
                options.Seed == 3 ? throw new InvalidDataException("a broken disk") : Cluster.Simulate(options),
        }.Run(1, 5);
        Assert.Equal(5, report.Seeds);
        Violation violation = Assert.Single(report.Violations);
        Assert.Equal((3UL, "exception"), (violation.Seed, violation.Promise));
        Assert.Contains("a broken disk", violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_throws_is_a_violation_that_carries_the_exception()
    {
        int started = 0;
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = 1, Faults = FaultPlan.None },
            () => ++started < 5 ? new RegisterService() : throw new InvalidOperationException("no service today"),
            new RegisterWorkload(0.3));
        Assert.Equal("exception", report.Violation?.Promise);
        Assert.Contains("no service today", report.Violation!.Description, StringComparison.Ordinal);
    }
}
