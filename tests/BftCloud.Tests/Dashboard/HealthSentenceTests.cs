using BftCloud.Dashboard;

namespace BftCloud.Tests.Dashboard;

public sealed class HealthSentenceTests
{
    [Theory]
    [InlineData(1, "++++", "Good", "All 4 replicas agree.")]
    [InlineData(1, "++d+", "Warning", "Replica 2 does not answer; 1 more fault stops the cluster.")]
    [InlineData(1, "+++c", "Warning", "Replica 3 is catching up; 1 more fault stops the cluster.")]
    [InlineData(1, "b+++", "Warning", "Replica 0 is 1,234 instances behind; 1 more fault stops the cluster.")]
    [InlineData(1, "+r++", "Warning", "Replica 1 is in non-voting recovery; 1 more fault stops the cluster.")]
    [InlineData(1, "++x+", "Warning", "Replica 2 has another state than the others; 1 more fault stops the cluster.")]
    [InlineData(1, "++f+", "Warning", "Replica 2 is not the one that answers; 1 more fault stops the cluster.")]
    [InlineData(1, "+++u", "Warning", "Replica 3 has no metrics address; 1 more fault stops the cluster.")]
    [InlineData(1, "+l++", "Warning", "Replica 1 waits for a new leader; 1 more fault stops the cluster.")]
    [InlineData(1, "llll", "Warning", "The replicas change their leader.")]
    [InlineData(1, "dlll", "Warning", "Replica 0 does not answer, and the others change the leader.")]
    [InlineData(1, "+dd+", "Bad", "Replicas 1 and 2 do not answer: the cluster stands still.")]
    [InlineData(
        1, "d+c+", "Bad", "Replica 0 does not answer and replica 2 is catching up: the cluster may stand still.")]
    [InlineData(1, "dddd", "Bad", "No replica answers.")]
    [InlineData(2, "+d+++++", "Warning", "Replica 1 does not answer; the cluster tolerates 1 more fault.")]
    [InlineData(3, "+d++++++++", "Warning", "Replica 1 does not answer; the cluster tolerates 2 more faults.")]
    [InlineData(2, "ddd++++", "Bad", "Replicas 0, 1 and 2 do not answer: the cluster stands still.")]
    public void A_sentence_says_how_the_cluster_is(int faulty, string states, string level, string sentence)
    {
        ReplicaSample[] replicas = [.. states.Select(static state => Sample(state switch
        {
            'd' => ReplicaState.Down,
            'c' => ReplicaState.CatchingUp,
            'b' => ReplicaState.Behind,
            'r' => ReplicaState.Recovering,
            'x' => ReplicaState.Differs,
            'f' => ReplicaState.Foreign,
            'u' => ReplicaState.Unwatched,
            'l' => ReplicaState.ChangingLeader,
            _ => ReplicaState.InStep,
        }))];

        Health health = HealthSentence.Of(faulty, replicas, 0, 0);

        Assert.Equal((sentence, level), (health.Sentence, health.Level.ToString()));
        Assert.EndsWith(".", health.Advice, StringComparison.Ordinal);
    }

    private static ReplicaSample Sample(ReplicaState state) => new(
        state, Progress: null, Behind: 1234, null, null, null, null, null, null, null, null, null, null);
}
