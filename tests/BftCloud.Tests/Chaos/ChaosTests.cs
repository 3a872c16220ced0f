using BftCloud.Chaos;
using BftCloud.Common;
using BftCloud.Features.Kv;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Chaos;

[Collection(ClusterCollection.Name)]
public sealed class ChaosTests
{
    [Fact]
    public async Task A_short_run_of_everything_is_linearizable_and_loses_nothing()
    {
        using TemporaryDirectory directory = new();
        ChaosManifest manifest = new()
        {
            DurationSeconds = 15,
            Seed = 3,
            Perturbations =
            [
                .. new ChaosManifest().Perturbations.Select(static p => p with { Seconds = p.Seconds / 2 })
            ],
        };
        List<string> story = [];
        ChaosReport report = await ChaosRun.RunAsync(
            manifest, KvFeature.Value.Chaos!, directory.At("D"), story.Add, CancellationToken.None);
        Assert.True(report.Passed, $"{report}\n{string.Join('\n', report.Violations)}\n{string.Join('\n', story)}");
        Assert.True(report.Acknowledged > 100, report.ToString());
        Assert.NotEmpty(report.Perturbations);
    }

    [Fact]
    public void A_read_of_what_was_overwritten_before_it_began_is_a_violation()
    {
        KeyedHistory<RegisterAccess> history = new(new RegisterAccessModel());
        history.Answered("k", new RegisterAccess(true, 1), Later(history));
        history.Answered("k", new RegisterAccess(true, 2), Later(history));
        Assert.Empty(history.Check().Violations);
        history.Answered("k", new RegisterAccess(false, 1), Later(history));
        Assert.Single(history.Check().Violations);
    }

    [Fact]
    public void What_was_acknowledged_and_is_gone_is_a_violation_and_what_was_not_may_be_either_way()
    {
        KeyedHistory<RegisterAccess> history = new(new RegisterAccessModel());
        history.NotAnswered("a", new RegisterAccess(true, 1), Later(history), mayHaveTakenEffect: true);
        history.Answered("a", new RegisterAccess(false, 0), Later(history));
        history.Answered("a", new RegisterAccess(false, 1), Later(history));
        Assert.Empty(history.Check().Violations);
        history.Answered("b", new RegisterAccess(true, 2), Later(history));
        history.Answered("b", new RegisterAccess(false, 0), Later(history));
        Assert.Contains("b", Assert.Single(history.Check().Violations), StringComparison.Ordinal);
    }

    /// <summary>
    /// A time after everything so far: what ends and begins in the same microsecond counts as at the same time.
    /// </summary>
    private static long Later(ChaosHistory history)
    {
        long before = history.NowMicros;
        while (history.NowMicros == before) Thread.SpinWait(1);
        return history.NowMicros;
    }

    [Fact]
    public void A_manifest_with_a_mistake_in_it_is_refused_with_the_reason()
    {
        using TemporaryDirectory directory = new();
        File.WriteAllText(directory.At("m.json"), """{ "duration": 5 }""");
        Assert.Contains(
            "duration", Assert.Throws<CommandFailedException>(() => ChaosManifest.Load(directory.At("m.json"))).Message,
            StringComparison.Ordinal);
        File.WriteAllText(
            directory.At("m.json"),
            """{ "perturbations": [ { "kind": "kill", "seconds": 1 } ] } // comments are fine""");
        Assert.Equal(
            PerturbationKind.Kill, Assert.Single(ChaosManifest.Load(directory.At("m.json")).Perturbations).Kind);
    }
}
