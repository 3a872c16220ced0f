namespace BftCloud.Dashboard;

/// <summary>The latest samples, so many of them.</summary>
internal sealed class SampleHistory(int samplesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<ClusterSample> _samples = new(samplesMax);
    private IReadOnlyList<RejectionCount> _rejections = [];
    private ClusterSample? _latest;

    /// <summary>Adds the newest, and drops the oldest if there are too many.</summary>
    public void Add(ClusterSample sample, IReadOnlyList<RejectionCount> rejections)
    {
        lock (_gate)
        {
            if (_samples.Count == samplesMax) _samples.Dequeue();
            _samples.Enqueue(sample);
            (_latest, _rejections) = (sample, rejections);
        }
    }

    /// <summary>All samples, or the newest alone.</summary>
    public DashboardView View(DashboardCluster cluster, bool all)
    {
        lock (_gate)
        {
            ClusterSample[] samples = all ? [.. _samples] : _latest is { } latest ? [latest] : [];
            return new DashboardView(cluster, samples, _rejections);
        }
    }
}
