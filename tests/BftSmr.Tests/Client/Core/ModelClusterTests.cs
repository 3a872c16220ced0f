using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace BftSmr.Tests.Client.Core;

public sealed class ModelClusterTests
{
    private static readonly Gen<int[]> Choices = Gen.Choose(0, int.MaxValue).ArrayOf(400);

    [Property(MaxTest = 100)]
    public Property Whatever_the_network_and_one_replica_do_results_are_right_linearizable_and_come_in_the_end() =>
        Check(faulty: 1);

    [Property(MaxTest = 100)]
    public Property Whatever_the_network_and_two_replicas_do_results_are_right_linearizable_and_come_in_the_end() =>
        Check(faulty: 2);

    /// <summary>The property bites: a client that believes one reply too few is caught.</summary>
    [Fact]
    public void A_client_that_reads_from_f_plus_1_replicas_is_caught() =>
        AssertCaught(quorums => quorums.Weakened(quorums.OneCorrect));

    /// <summary>The property bites: a client that believes f equal replies is caught.</summary>
    [Fact]
    public void A_client_that_believes_f_replies_is_caught() =>
        AssertCaught(static quorums => Quorums.Byzantine(4, 0).Weakened(quorums.Write));

    private static Property Check(int faulty) => Prop.ForAll(Choices.ToArbitrary(), choices =>
        new ModelCluster(faulty, choices.FirstOrDefault()).Run(choices) is { } defect
            ? false.Label(defect)
            : true.Label(""));

    private static void AssertCaught(Func<Quorums, Quorums> weaken)
    {
        Random random = new(20_261_121);
        for (int run = 0; run < 500; run++)
        {
            int[] choices = [.. Enumerable.Range(0, 400).Select(_ => random.Next())];
            if (new ModelCluster(1, run, weaken).Run(choices) is not null) return;
        }
        Assert.Fail("500 runs did not notice.");
    }
}
