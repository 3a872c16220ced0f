using BftSmr.Runs;
using Xunit.Abstractions;

namespace BftSmr.Tests.Runs;

/// <summary>Merged runs against a dictionary to which the same changes are applied, oldest first.</summary>
public sealed class RunMergeTests(ITestOutputHelper output)
{
    private const int Seeds = 3000;

    [Fact]
    public void All_runs_merged_to_the_end_are_what_their_changes_leave() => ForSeeds((random, runs) =>
    {
        SortedDictionary<string, string> model = Model(runs);
        List<Change> merged = Merge(runs, isBottom: true);
        Assert.Equal(model.Select(static record => Change.Put(record.Key, record.Value)), merged);
    });

    [Fact]
    public void Runs_in_a_row_merged_first_change_nothing_of_what_all_leave() => ForSeeds((random, runs) =>
    {
        SortedDictionary<string, string> model = Model(runs);
        List<List<Change>> left = [.. runs];
        while (left.Count > 1)
        {
            int first = random.Next(left.Count - 1), count = random.Next(2, left.Count - first + 1);
            List<Change> merged = Merge(left[first..(first + count)], isBottom: first == 0 && random.Next(2) == 0);
            AssertAscends(merged);
            left.RemoveRange(first, count);
            left.Insert(first, merged);
            Assert.Equal(model, Model(left));
            Assert.Equal(
                model.Select(static record => Change.Put(record.Key, record.Value)), Merge(left, isBottom: true));
        }
    });

    [Fact]
    public void A_merge_that_is_not_the_oldest_leaves_on_any_records_what_its_runs_leave() =>
        ForSeeds((random, runs) =>
        {
            SortedDictionary<string, string> apart = new(StringComparer.Ordinal);
            Change.Apply(
                apart, RandomRuns.Next(random, 30).Where(static c => c.Kind == StateChangeKind.Put));
            SortedDictionary<string, string> together = new(apart, StringComparer.Ordinal);
            foreach (List<Change> run in runs) Change.Apply(apart, run);
            Change.Apply(together, Merge(runs, isBottom: false));
            Assert.Equal(apart, together);
        });

    [Fact]
    public void A_run_merged_alone_is_itself_but_for_removals_within_others() => ForSeeds((random, runs) =>
    {
        foreach (List<Change> run in runs)
        {
            Assert.Equal(run.Where(c => !IsWithinAnother(c, run)), Merge([run], isBottom: false));
        }
    });

    [Fact]
    public void A_removal_of_all_takes_out_what_is_older_and_nothing_of_its_own_run()
    {
        List<Change> older = [Change.Put("", "0"), Change.Put("a", "1"), Change.Put("ab", "2"), Change.Put("b", "3")];
        List<Change> newer = [Change.RemoveAll("a"), Change.Put("ab", "4")];
        Assert.Equal(
            [Change.Put("", "0"), Change.Put("ab", "4"), Change.Put("b", "3")], Merge([older, newer], isBottom: true));
        Assert.Equal(
            [Change.Put("", "0"), Change.RemoveAll("a"), Change.Put("ab", "4"), Change.Put("b", "3")],
            Merge([older, newer], isBottom: false));
        Assert.Equal(
            [Change.RemoveAll(""), Change.Put("ab", "4")],
            Merge([older, newer[1..], [Change.RemoveAll("")], newer[1..]], isBottom: false));
    }

    [Fact]
    public void A_removal_within_an_older_one_stays_and_one_within_a_newer_one_goes()
    {
        Assert.Equal(
            [Change.RemoveAll("a"), Change.RemoveAll("ab"), Change.Put("ac", "1")],
            Merge([[Change.RemoveAll("a"), Change.Put("ac", "1")], [Change.RemoveAll("ab")]], isBottom: false));
        Assert.Equal(
            [Change.RemoveAll("a")],
            Merge([[Change.RemoveAll("ab"), Change.Put("abc", "1")], [Change.RemoveAll("a")]], isBottom: false));
    }

    [Fact]
    public void No_runs_and_empty_runs_give_nothing()
    {
        Assert.Empty(Merge([], isBottom: true));
        Assert.Empty(Merge([[], []], isBottom: false));
    }

    [Fact]
    public void It_disposes_of_all_its_runs()
    {
        ListedChanges[] runs = [new([Change.Put("a", "1")]), new([]), new([Change.Remove("a")])];
        RunMerge merge = new(runs, isBottom: false);
        while (merge.MoveNext())
        {
        }
        merge.Dispose();
        Assert.All(runs, static run => Assert.True(run.IsDisposed));
    }

    /// <summary>A run whose first chunk is damaged: what is open must not stay open.</summary>
    [Fact]
    public void A_merge_that_cannot_begin_disposes_of_all_its_runs()
    {
        MemoryRun whole = MemoryRun.Of(new ListedChanges([Change.Put("a", "1")]), chunkBytes: 4)!;
        MemoryRun damaged = MemoryRun.Of(new ListedChanges([Change.Put("a", "1")]), chunkBytes: 4)!;
        damaged.Bytes[0] ^= 1;
        using (RunMerge merge = new([new RunReader(whole), new RunReader(damaged)], isBottom: true))
            Assert.Throws<RunDamagedException>(() => merge.MoveNext());
        Assert.True(whole.IsDisposed && damaged.IsDisposed);
    }

    private void ForSeeds(Action<Random, List<List<Change>>> check)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            List<List<Change>> runs =
                [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomRuns.Next(random, random.Next(25)))];
            try
            {
                check(random, runs);
            }
            catch
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }
    }

    private static bool IsWithinAnother(Change change, List<Change> run) =>
        change.Kind == StateChangeKind.RemoveAll
            && run.Exists(c => c.Kind == StateChangeKind.RemoveAll && c != change
                && change.Key.StartsWith(c.Key, StringComparison.Ordinal));

    private static SortedDictionary<string, string> Model(IEnumerable<List<Change>> oldestFirst)
    {
        SortedDictionary<string, string> records = new(StringComparer.Ordinal);
        foreach (List<Change> run in oldestFirst) Change.Apply(records, run);
        return records;
    }

    private static List<Change> Merge(IReadOnlyList<List<Change>> oldestFirst, bool isBottom)
    {
        using RunMerge merge = new(oldestFirst.Select(static run => new ListedChanges(run)), isBottom);
        return Change.AllOf(merge);
    }

    private static void AssertAscends(List<Change> changes)
    {
        for (int i = 1; i < changes.Count; i++)
        {
            int order = RunCursor.Compare(
                Change.BytesOf(changes[i - 1].Key), changes[i - 1].Kind, Change.BytesOf(changes[i].Key),
                changes[i].Kind);
            Assert.True(order < 0, $"{changes[i - 1]} stands before {changes[i]}");
        }
    }
}
