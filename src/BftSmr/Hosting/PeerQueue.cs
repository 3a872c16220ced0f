using BftCloud.Links;
using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>
/// Frames of one kind of link between replicas that wait for the loop: a lane for each replica, by turns. Any thread
/// posts; one takes and charges.
/// </summary>
/// <param name="replicas">n.</param>
/// <param name="backlogBytesMax">Bytes of one replica that wait: beyond, its link is not read.</param>
/// <param name="quantumTicks">A lane is served for so long before the next change.</param>
internal sealed class PeerQueue(int replicas, int backlogBytesMax, long quantumTicks)
{
    private readonly FairQueue<ReadOnlyMemory<byte>> _frames = new(quantumTicks);
    private readonly FairLane<ReadOnlyMemory<byte>>[] _lanes =
        [.. Enumerable.Range(0, replicas).Select(static _ => new FairLane<ReadOnlyMemory<byte>>())];
    private readonly LinkBacklog[] _backlogs =
        [.. Enumerable.Range(0, replicas).Select(_ => new LinkBacklog(backlogBytesMax))];

    /// <summary>Something may be taken.</summary>
    public bool HasNext => _frames.HasNext;

    /// <summary>A frame arrived. Its link is not read while the result is incomplete.</summary>
    public ValueTask Post(ReplicaId from, ReadOnlyMemory<byte> frame)
    {
        ValueTask room = _backlogs[from.Value].Add(frame.Length);
        _frames.Add(_lanes[from.Value], frame);
        return room;
    }

    /// <summary>The next frame; <see cref="Charge"/> follows.</summary>
    public bool TryTake(out ReplicaId from, out ReadOnlyMemory<byte> frame)
    {
        from = default;
        if (!_frames.TryTake(out FairLane<ReadOnlyMemory<byte>> lane, out frame)) return false;
        from = new ReplicaId(Array.IndexOf(_lanes, lane));
        _backlogs[from.Value].Take(frame.Length);
        return true;
    }

    /// <summary>What was taken from a replica took so long.</summary>
    public void Charge(ReplicaId peer, long ticks) => _lanes[peer.Value].Charge(ticks);
}
