using BftCloud.Monitoring;

namespace BftCloud.Dashboard;

/// <summary>
/// Compares the digests of the replicas' states while the cluster rests. A replica does nothing else while it computes
/// its digest: so the replicas are asked rarely, one after the other, and not under load.
/// </summary>
internal sealed class StateComparison(int replicas, int faulty)
{
    /// <summary>Samples between two comparisons.</summary>
    private const int SamplesBetween = 60;

    private long _compared = -1, _before = -1;
    private int _samplesSince = SamplesBetween;
    private volatile bool[] _differs = new bool[replicas];

    /// <summary>Whether this replica's state was another than that of f+1 others.</summary>
    public bool Differs(int id) => _differs[id];

    /// <summary>
    /// Whether it is time: all that answer stand where they stood in the sample before, at an instance that was not
    /// compared yet, or where one differed.
    /// </summary>
    public bool IsDue(IReadOnlyList<ReplicaAnswer?> answers)
    {
        long[] executed = [.. answers.OfType<ReplicaAnswer>().Select(static a => a.Report.LastExecuted).Distinct()];
        long now = executed.Length == 1 ? executed[0] : -1;
        bool rests = now >= 0 && now == _before;
        _before = now;
        _samplesSince++;
        bool isNew = now != _compared || _differs.Contains(true);
        if (!rests || !isNew || _samplesSince < SamplesBetween) return false;
        (_compared, _samplesSince) = (now, 0);
        return true;
    }

    /// <summary>Compares those that are at the instance of most.</summary>
    public void Compare(IReadOnlyList<ReplicaReport?> reports)
    {
        var groups = reports.Select(static (report, id) => (Report: report, Id: id))
            .Where(static told => told.Report?.StateDigest is not null)
            .GroupBy(static told => (told.Report!.LastExecuted, told.Report.StateDigest))
            .OrderByDescending(static group => group.Count()).ToArray();
        bool[] differs = new bool[replicas];
        // Of f+1 one is correct: the state of those is the right one.
        if (groups.Length > 0 && groups[0].Count() > faulty)
        {
            foreach (var group in groups[1..].Where(group => group.Key.LastExecuted == groups[0].Key.LastExecuted))
            {
                foreach ((_, int id) in group) differs[id] = true;
            }
        }
        _differs = differs;
    }
}
