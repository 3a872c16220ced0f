using BftCloud.Simulation;
using BftSmr.Simulation.Faults;

namespace BftSmr.Simulation.Tests.Faults;

public class FaultPlannerTests
{
    [Fact]
    public void Plans_keep_to_their_scope_and_hold_every_kind_of_fault_sooner_or_later()
    {
        FaultScope scope = new(7, 2, 3, Durability.Votes, 5_000_000, FaultKinds.All);
        List<FaultPlan> plans =
            [.. Enumerable.Range(0, 500).Select(i => FaultPlanner.Draw(new SimulationRandom((ulong)i), scope))];
        Assert.All(plans, static p => Assert.InRange(p.Adversaries.Count, 0, 2));
        Assert.All(
            plans,
            static p => Assert.Equal(
                p.Adversaries.Count, p.Adversaries.Select(static a => a.Replica).Distinct().Count()));
        Assert.All(plans.SelectMany(static p => p.Events), static e => Assert.InRange(e.AtMicros, 0, 5_000_000));
        Assert.Equal(12, plans.SelectMany(static p => p.Events).Select(static e => e.GetType()).Distinct().Count());
        Assert.Equal(
            Enum.GetValues<AdversaryKind>().Where(static k => k < AdversaryKind.Nag), // the rest is for scenarios
            plans.SelectMany(static p => p.Adversaries).Select(static a => a.Kind).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<ByzantineClientKind>().Where(static k => k < ByzantineClientKind.Squatter),
            plans.SelectMany(static p => p.ByzantineClients).Distinct().Order());
        Assert.Contains(plans, static p => p.Network.Datagrams);
        Assert.Contains(FaultPlan.None, plans);
    }

    [Fact]
    public void Without_votes_on_disk_nobody_plans_a_loss_of_power_of_all()
    {
        FaultScope scope = new(4, 1, 3, Durability.Decisions, 5_000_000, FaultKinds.All);
        Assert.DoesNotContain(
            Enumerable.Range(0, 300).SelectMany(i => FaultPlanner.Draw(new SimulationRandom((ulong)i), scope).Events),
            static e => e is PowerLossFault);
    }

    [Fact]
    public void Kinds_that_are_not_asked_for_are_left_out_and_the_others_stay_what_they_were()
    {
        FaultScope all = new(
            4, 1, 3, Durability.Votes, 5_000_000, FaultKinds.All),
            some = all with { Kinds = FaultKinds.Crashes | FaultKinds.Byzantine };
        for (ulong seed = 1; seed <= 100; seed++)
        {
            FaultPlan whole = FaultPlanner.Draw(new SimulationRandom(seed), all), part = FaultPlanner.Draw(
                new SimulationRandom(seed), some);
            Assert.Equal(whole.Events.OfType<CrashFault>(), part.Events.Cast<CrashFault>());
            Assert.Equal(whole.Adversaries, part.Adversaries);
            Assert.Empty(part.ByzantineClients);
            Assert.Equal(NetworkConditions.Calm, part.Network);
        }
    }
}
