using BftSmr.Hosting;

namespace BftCloud.Monitoring;

/// <summary>Hears what a replica reads at its start, and tells it.</summary>
internal sealed class StartWatch : IProgress<BftStartProgress>
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecentRate _rate = new();
    private readonly Lock _gate = new();
    private BftStartProgress _latest = new(0, 0);

    /// <summary>Completes when the data directory is the replica's, and it begins to read.</summary>
    public Task Begun => _begun.Task;

    /// <summary>How far it is.</summary>
    public ProgressReport Progress
    {
        get
        {
            lock (_gate)
            {
                return new ProgressReport(
                    ProgressReport.NameOf(BftReplicaPhase.Starting), BytesHad: _latest.BytesRead,
                    BytesNeeded: _latest.BytesToRead, BytesPerSecond: ProgressReport.Rounded(_rate.PerSecond));
            }
        }
    }

    public void Report(BftStartProgress value)
    {
        lock (_gate)
        {
            _latest = value;
            _rate.Note(HostClock.NowMicros, value.BytesRead);
        }
        _begun.TrySetResult();
    }
}
