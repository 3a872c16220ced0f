using BftSmr.Core;
using BftSmr.Storage;

namespace BftSmr.Hosting;

/// <summary>
/// How fast a replica catches up, measured where there is a clock: the core knows only how far it is. Belongs to the
/// loop, but for what observers of metrics read.
/// </summary>
/// <param name="loading">What was read of the checkpoint that is being loaded; null if none is.</param>
internal sealed class CatchUpProgress(Func<ReadProgress?> loading)
{
    private readonly RecentRate _bytes = new(), _instances = new();
    private (Instance Instance, bool IsLoading)? _measured;
    private volatile BftCheckpointProgress? _checkpoint;
    private double _instancesPerSecond;

    /// <summary>The checkpoint that is being fetched or loaded, as of the last look; null if none is.</summary>
    public BftCheckpointProgress? Checkpoint => _checkpoint;

    /// <summary>Instances executed by seconds, of late. What a loaded checkpoint jumps over does not count.</summary>
    public double InstancesPerSecond => Volatile.Read(ref _instancesPerSecond);

    /// <summary>Where the replica stands now.</summary>
    public void Note(ReplicaStatus status, long nowMicros)
    {
        (Instance, bool)? measured = status.Checkpoint is { } c ? (c.Instance, c.IsLoading) : null;
        if (measured != _measured)
        {
            _bytes.Clear();
            if (_measured is (_, IsLoading: true)) _instances.Clear();
        }
        _measured = measured;
        _instances.Note(nowMicros, status.LastExecuted.Value);
        Volatile.Write(ref _instancesPerSecond, _instances.PerSecond ?? 0);
        (long? had, long needed) = BytesOf(status.Checkpoint);
        if (had is { } bytes) _bytes.Note(nowMicros, bytes);
        _checkpoint = status.Checkpoint is { } checkpoint
            ? new BftCheckpointProgress(checkpoint.Instance, had, needed, _bytes.PerSecond)
            : null;
    }

    private (long? Had, long Needed) BytesOf(CheckpointProgress? checkpoint) => checkpoint switch
    {
        null => (null, 0),
        { IsLoading: false } => (checkpoint.BytesHere, checkpoint.Bytes),
        _ => loading() is { } reading ? (reading.BytesRead, reading.BytesToRead) : (null, checkpoint.Bytes),
    };
}
