using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>
/// Which runs are merged when: a function of the manifests so far, so that all correct replicas have the same runs.
/// Four runs of a level become one of the next. Once the runs above the oldest have half of its bytes, all become the
/// oldest, when no other merge is under way. A large merge is due later: replicas have that long to make it.
/// </summary>
/// <param name="checkpointBytes">After so many bytes of batches a checkpoint is due.</param>
internal sealed class MergePolicy(long checkpointBytes)
{
    private const int Fan = 4;

    /// <summary>With so many runs merges are due at once: what is touched is large beside the batches.</summary>
    private const int RunsMany = 40;

    /// <summary>A merge has another checkpoint's time for so many times the bytes of one.</summary>
    private const int CheckpointsPerStep = 16;

    /// <summary>The manifest of the next checkpoint.</summary>
    /// <param name="before">The one before.</param>
    /// <param name="instance">The last instance whose effects are in it.</param>
    /// <param name="touched">The run of what was touched since; null if that is nothing.</param>
    /// <param name="merged">The result of a merge that is due; null if nothing is left of its runs.</param>
    public Manifest Next(
        Manifest before, Instance instance, RunDescription? touched, Func<PlannedMerge, RunDescription?> merged)
    {
        Invariant.Holds(instance > before.Instance, "checkpoints go on");
        long number = before.Number + 1;
        List<RunDescription> runs = [];
        List<PlannedMerge> merges = [];
        int next = 0;
        foreach (PlannedMerge merge in before.Merges)
        {
            runs.AddRange(before.Runs.Skip(next).Take(merge.First - next));
            next = merge.End;
            if (merge.Due > number)
            {
                merges.Add(merge with { First = runs.Count });
                runs.AddRange(before.Runs.Skip(merge.First).Take(merge.Count));
            }
            else if (merged(merge) is { } result)
            {
                Invariant.Holds(result.Level == merge.Level, "a merge gives a run of the level that was planned");
                runs.Add(result);
            }
        }
        runs.AddRange(before.Runs.Skip(next));
        if (touched is not null) runs.Add(touched);
        Plan(number, runs, merges);
        Invariant.Holds(runs.Count <= Manifest.RunsMax, "merging keeps the number of runs within its bound");
        return new Manifest(number, instance, runs, merges);
    }

    /// <summary>From which checkpoint on a replica makes a merge, so that not all make it at the same time.</summary>
    public long BeginsAt(Manifest manifest, PlannedMerge merge, ReplicaId seat, int replicas)
    {
        long time = TimeFor(BytesOf(manifest.Runs, merge.First, merge.Count));
        return merge.Due - time + time * seat.Value / replicas;
    }

    private void Plan(long number, List<RunDescription> runs, List<PlannedMerge> merges)
    {
        if (runs.Count < 2) return;
        bool isDue = BytesOf(runs, 1, runs.Count - 1) >= runs[0].Bytes / 2;
        if (isDue && merges.Count == 0)
        {
            merges.Add(new PlannedMerge(0, runs.Count, RunDescription.BottomLevel, DueFor(0, runs.Count)));
            return;
        }
        // Where the merge of all waits for others, nothing is begun that would take longer than those.
        bool isWaiting = isDue && !merges.Exists(static merge => merge.IsBottom);
        long latest = isWaiting ? merges.Max(static merge => merge.Due) : long.MaxValue;
        for (int end = runs.Count, first; end > 1; end = first)
        {
            if (merges.Find(merge => merge.End == end) is { } underWay)
            {
                first = underWay.First;
                continue;
            }
            int level = runs[end - 1].Level;
            first = end - 1;
            while (first > 1 && runs[first - 1].Level == level && !merges.Exists(m => m.End == first)) first--;
            if (end - first >= Fan && DueFor(first, end - first) is var due && due <= latest)
                merges.Add(new PlannedMerge(first, end - first, level + 1, due));
        }
        merges.Sort(static (a, b) => a.First.CompareTo(b.First));

        long DueFor(int first, int count) =>
            number + (runs.Count < RunsMany ? TimeFor(BytesOf(runs, first, count)) : 1);
    }

    private long TimeFor(long bytes) => 1 + bytes / (CheckpointsPerStep * checkpointBytes);

    private static long BytesOf(IReadOnlyList<RunDescription> runs, int first, int count)
    {
        long sum = 0;
        for (int i = first; i < first + count; i++) sum += runs[i].Bytes;
        return sum;
    }
}
