using BftCloud.Monitoring;
using BftSmr;

namespace BftCloud.Dashboard;

/// <summary>Asks all replicas once a second, and keeps what they said for ten minutes.</summary>
internal sealed class ClusterWatch : IDisposable
{
    /// <summary>Ten minutes.</summary>
    public const int SamplesMax = 600;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>How long a sample waits for answers; a later one counts in the next sample.</summary>
    private static readonly TimeSpan SampleWait = TimeSpan.FromMilliseconds(400);

    private readonly MonitoringClient _client = new();
    private readonly ReplicaPoll[] _polls;
    private readonly ClusterSampler _sampler;
    private readonly StateComparison _states;
    private readonly SampleHistory _history = new(SamplesMax);
    private readonly DashboardCluster _cluster;
    private Task _comparing = Task.CompletedTask;
    private bool _hasBegun;

    /// <param name="cluster">The cluster.</param>
    /// <param name="addresses">Where each replica answers; null for one that does not say.</param>
    public ClusterWatch(ClusterConfiguration cluster, IReadOnlyList<string?> addresses)
    {
        _polls = [.. addresses.Select(address => new ReplicaPoll(address, _client))];
        _states = new StateComparison(_polls.Length, cluster.F);
        _sampler = new ClusterSampler(cluster.ClusterId, cluster.F, cluster.Window, _states);
        _cluster = new DashboardCluster(cluster.ClusterId, cluster.Service, _polls.Length, SamplesMax);
    }

    /// <summary>All that is kept, or the newest sample alone.</summary>
    public DashboardView View(bool all) => _history.View(_cluster, all);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Period);
        try
        {
            do await SampleAsync(cancellationToken); while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        Task asking = Task.WhenAll(_polls.Select(poll => poll.AskAsync(cancellationToken)));
        // A replica is not called silent before it had the time for its first answer.
        await Task.WhenAny(asking, Task.Delay(_hasBegun ? SampleWait : ReplicaPoll.AnswerAgeMax, cancellationToken));
        _hasBegun = true;
        cancellationToken.ThrowIfCancellationRequested();
        ReplicaAnswer?[] answers = [.. _polls.Select(static poll => poll.Latest)];
        ClusterSample sample = _sampler.Next(
            answers, id => _polls[id].IsWatched, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            id => _polls[id].Starting);
        _history.Add(sample, ClusterSampler.Rejections(answers));
        if (_comparing.IsCompleted && _states.IsDue(answers)) _comparing = CompareAsync(cancellationToken);
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        List<ReplicaReport?> reports = [];
        foreach (ReplicaPoll poll in _polls) reports.Add(await poll.AskDigestAsync(cancellationToken));
        _states.Compare(reports);
    }
}
