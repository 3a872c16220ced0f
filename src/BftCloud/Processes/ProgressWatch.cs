using BftCloud.Monitoring;

namespace BftCloud.Processes;

/// <summary>
/// Whether replicas that are waited for get any further. Progress is what docs/spec/ordering/phases.md calls so, and a
/// replica that is done for the first time.
/// </summary>
internal sealed class ProgressWatch(TimeProvider time)
{
    private readonly Dictionary<int, Mark> _marks = [];
    private readonly HashSet<int> _done = [];
    private long _at = time.GetTimestamp();

    /// <summary>How long none of them has made progress.</summary>
    public TimeSpan Stalled => time.GetElapsedTime(_at);

    /// <summary>What a replica says now that is waited for.</summary>
    public void Note(int id, ReplicaLook look)
    {
        if (look.Progress is not { } progress) return;
        Mark now = new(
            progress.Phase, progress.Checkpoint, progress.BytesHad ?? 0,
            look.Report?.InstancesBehind ?? long.MaxValue);
        if (_marks.GetValueOrDefault(id) is not { } mark || mark.Phase != now.Phase
            || mark.Checkpoint != now.Checkpoint)
        {
            _marks[id] = now;
            return;
        }
        // One that was not heard of says nothing with the first number.
        bool isLessBehind = now.Behind < mark.Behind && mark.Behind < long.MaxValue;
        if (now.Bytes > mark.Bytes || isLessBehind) _at = time.GetTimestamp();
        _marks[id] = mark with
        {
            Bytes = Math.Max(mark.Bytes, now.Bytes), Behind = Math.Min(mark.Behind, now.Behind),
        };
    }

    /// <summary>A replica is where it is wanted.</summary>
    public void NoteDone(int id)
    {
        if (_done.Add(id)) _at = time.GetTimestamp();
    }

    /// <summary>The best that was seen of a phase.</summary>
    private sealed record Mark(string Phase, long? Checkpoint, long Bytes, long Behind);
}
