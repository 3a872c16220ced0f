using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Synchronization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

public sealed class SyncEvaluationTests
{
    private const int Histories = 1000;
    private const int RegenciesMax = 8;
    private const int Collections = 10;

    private static readonly Arbitrary<(int Seed, int F)> Cases =
        (from seed in Gen.Choose(int.MinValue, int.MaxValue) from f in Gen.Choose(1, 3) select (seed, f)).ToArbitrary();

    [Fact]
    public void What_was_decided_anywhere_is_bound_in_every_conclusive_collection_whatever_f_replicas_sign()
    {
        int decided = 0, conclusive = 0;
        Property bound = Check(history =>
        {
            if (history.Decided.Count > 1) return "two values were decided";
            if (history.Decided.Count == 0) return null;
            decided++;
            for (int i = 0; i < Collections; i++)
            {
                if (SyncEvaluation.TryEvaluate(history.Quorums, history.Collected()) is not { } evaluation) continue;
                conclusive++;
                if (!evaluation.Values.TryGetValue(1, out Digest value)) return "the decided value is not bound";
                if (!history.Decided.Contains(value)) return "another value is bound";
            }
            return null;
        });
        // Not by attribute: what the whole run has seen is asserted below.
        bound.Check(Config.QuickThrowOnFailure.WithMaxTest(Histories));
        Assert.True(
            decided > Histories / 20 && conclusive > decided,
            $"{decided} decided, {conclusive} conclusive: the histories do not test the evaluation");
    }

    [Property(MaxTest = Histories)]
    public Property The_STOPDATA_of_all_correct_replicas_is_always_conclusive() =>
        Check(
            static history =>
                SyncEvaluation.TryEvaluate(history.Quorums, history.Honest()) is null ? "inconclusive" : null);

    [Property(MaxTest = Histories)]
    public Property Too_few_entries_are_never_conclusive() =>
        Check(
            static history =>
                SyncEvaluation.TryEvaluate(history.Quorums, history.Honest()[..^1]) is null ? null : "conclusive");

    [Property(MaxTest = Histories)]
    public Property The_order_of_the_entries_changes_nothing() => Check(static history =>
    {
        StopData[] entries = history.Collected();
        SyncEvaluation? one = SyncEvaluation.TryEvaluate(history.Quorums, entries), other = SyncEvaluation.TryEvaluate(
            history.Quorums, [.. entries.Reverse()]);
        return one?.Base == other?.Base
            && one?.High == other?.High
            && (one?.Values ?? new Dictionary<long, Digest>()).SequenceEqual(
                other?.Values ?? new Dictionary<long, Digest>())
                ? null
                : "it does";
    });

    /// <summary>Holds a property against a history at the end of each of its regencies.</summary>
    private static Property Check(Func<VotingHistory, string?> problem) => Prop.ForAll(Cases, one =>
    {
        VotingHistory history = new(one.Seed, one.F);
        for (int regency = 0; regency < RegenciesMax; regency++)
        {
            history.Advance();
            if (problem(history) is { } found) return false.Label($"{found} at the end of regency {regency}");
        }
        return true.Label("");
    });
}
