using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Instances;

namespace BftSmr.CatchUp;

/// <summary>
/// Fetches a stable checkpoint's snapshot in chunks from every peer that offers it, a few at a time, each verified on
/// arrival against the root that the certificate signs. A peer that sends a bad chunk is not asked again; one that is
/// slow is passed over. Memory: the chunks in flight. Invariants: a chunk that is asked for or stored is one of the
/// snapshot's, and is not stored yet; a few are under way; a snapshot that is installed is whole, and new.
/// </summary>
internal sealed class SnapshotFetch(ReplicaContext context, DecidedLog log)
{
    private const int InFlightMax = 4;

    /// <summary>So many status periods without any source, and those that failed are given another chance.</summary>
    private const int PardonTicks = 20;

    private readonly List<ReplicaId> _sources = [];
    private readonly HashSet<ReplicaId> _dropped = [];
    private readonly Dictionary<int, (ReplicaId Source, long AskedMicros)> _inFlight = [];
    private readonly Dictionary<ReplicaId, int> _askedInPeriod = [];
    private readonly Queue<int> _again = new();
    private readonly HashSet<int> _stored = [];
    private CheckpointOffer? _offer;
    private int _nextChunk;
    private int _turn;
    private int _ticksWithoutSource;

    public bool IsActive => _offer is not null;

    /// <summary>All chunks are stored, and the host is installing them.</summary>
    public CheckpointOffer? Installing { get; private set; }

    private int ChunkCount => (int)MerkleTree.ChunkCount(_offer!.SnapshotBytes, context.Settings.ChunkBytes);

    /// <summary>A peer offers a checkpoint whose certificate has been verified.</summary>
    public void OnOffer(ReplicaId from, CheckpointOffer offer)
    {
        CheckpointCertificate certificate = offer.Certificate;
        if (certificate.Instance <= log.LastExecuted || Installing is not null) return;
        if (!IsPlausible(offer) || _dropped.Contains(from)) return;
        if (_offer is { } current)
        {
            if (certificate.Instance == current.Certificate.Instance && certificate.Root == current.Certificate.Root
                && offer.SnapshotBytes == current.SnapshotBytes && !_sources.Contains(from)) _sources.Add(from);
            if (_sources.Count > 0) return;
        }
        Begin(from, offer);
    }

    /// <summary>
    /// The size is only proven with the first chunk; until then it must be one that can be counted in chunks.
    /// </summary>
    private bool IsPlausible(CheckpointOffer offer) =>
        offer.SnapshotBytes > 0
            && MerkleTree.ChunkCount(offer.SnapshotBytes, context.Settings.ChunkBytes) <= int.MaxValue;

    private void Begin(ReplicaId from, CheckpointOffer offer)
    {
        Invariant.Holds(Installing is null, "no fetch begins while a snapshot is being installed");
        Abandon();
        _offer = offer;
        _sources.Add(from);
        _ticksWithoutSource = 0;
        context.Effects.Add(new BeginFetchEffect(offer.Certificate, offer.SnapshotBytes));
        context.Effects.Broadcast(new FetchCheckpoint(new Instance(offer.Certificate.Instance.Value - 1)));
        Pump();
    }

    public void OnChunk(ReplicaId from, Chunk chunk)
    {
        if (_offer is not { } offer || chunk.Instance != offer.Certificate.Instance
            || !_inFlight.TryGetValue(chunk.Index, out (ReplicaId Source, long) asked) || asked.Source != from)
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        _inFlight.Remove(chunk.Index);
        if (!MerkleTree.Verify(
            offer.Certificate.Root, offer.SnapshotBytes, context.Settings.ChunkBytes,
            chunk.Index, chunk.Bytes.Span, chunk.Path))
        {
            context.Effects.Reject(from, RejectReason.InvalidProof);
            _again.Enqueue(chunk.Index);
            Drop(from);
        }
        else
        {
            context.Effects.Add(new StoreChunkEffect(chunk.Instance, chunk.Index, chunk.Bytes));
            bool isNew = _stored.Add(chunk.Index);
            Invariant.Holds(
                isNew && (uint)chunk.Index < (uint)ChunkCount, "a chunk is stored once, and is one of the snapshot's");
        }
        Pump();
    }

    /// <summary>
    /// These chunks are on disk already, if they are of the snapshot being fetched: the same checkpoint may have been
    /// offered with another length meanwhile.
    /// </summary>
    public void OnResumed(FetchResumedInput input)
    {
        if (_offer?.Certificate.Instance != input.Instance || _offer.SnapshotBytes != input.SnapshotBytes) return;
        if (Installing is not null) return;
        foreach (int index in input.Chunks)
        {
            if (index < ChunkCount && _stored.Add(index)) _inFlight.Remove(index);
        }
        Pump();
    }

    /// <summary>
    /// Asks others for what has not come. While no source is left it asks all replicas for an offer, as the last
    /// question may have been lost.
    /// </summary>
    public void Tick()
    {
        _askedInPeriod.Clear();
        if (Installing is not null) return;
        if (_sources.Count == 0 && ++_ticksWithoutSource == PardonTicks)
        {
            _dropped.Clear(); // also when nothing is being fetched: all may have failed before, and be needed again
            _ticksWithoutSource = 0;
        }
        if (!IsActive) return;
        if (_sources.Count == 0) context.Effects.Broadcast(new FetchCheckpoint(log.LastExecuted));
        long before = context.Now.MonotonicMicros - 10 * context.Settings.StatusPeriodMicros;
        foreach ((int index, (ReplicaId source, long askedMicros)) in _inFlight.OrderBy(f => f.Key).ToList())
        {
            if (askedMicros > before) continue;
            _inFlight.Remove(index);
            _again.Enqueue(index);
            Drop(source);
        }
        Pump();
    }

    private void Drop(ReplicaId source)
    {
        _sources.Remove(source);
        _dropped.Add(source);
        if (_sources.Count == 0) context.Effects.Broadcast(new FetchCheckpoint(log.LastExecuted));
    }

    private void Pump()
    {
        while (_inFlight.Count < InFlightMax && _sources.Any(MayBeAsked)
            && (_again.TryDequeue(out int index) || TryNext(out index)))
        {
            if (_stored.Contains(index)) continue;
            Invariant.Holds((uint)index < (uint)ChunkCount, "a chunk that is asked for is one of the snapshot's");
            ReplicaId source = NextSource();
            _inFlight.Add(index, (source, context.Now.MonotonicMicros));
            context.Effects.Send(source, new FetchChunk(_offer!.Certificate.Instance, index));
        }
    }

    /// <summary>
    /// A peer that was asked for more than it grants would not answer, and be taken for a bad source.
    /// </summary>
    private bool MayBeAsked(ReplicaId source) =>
        _askedInPeriod.GetValueOrDefault(source) < FetchAllowance.ChunksToAskFor(context.Settings.ChunkBytes);

    private ReplicaId NextSource()
    {
        ReplicaId source;
        do source = _sources[_turn++ % _sources.Count];
        while (!MayBeAsked(source));
        _askedInPeriod[source] = _askedInPeriod.GetValueOrDefault(source) + 1;
        return source;
    }

    /// <summary>
    /// Once all chunks are stored, and only once: what to install. Decided batches may have come meanwhile and led
    /// beyond it; then it is not needed.
    /// </summary>
    public CheckpointOffer? TakeComplete()
    {
        if (_offer is null || Installing is not null) return null;
        if (_offer.Certificate.Instance <= log.LastExecuted)
        {
            Abandon();
            return null;
        }
        if (_stored.Count < ChunkCount) return null;
        Invariant.Holds(
            _stored.Count == ChunkCount && _inFlight.Count == 0, "a snapshot is installed when all of it is stored");
        Installing = _offer;
        return _offer;
    }

    private bool TryNext(out int index)
    {
        while (_stored.Contains(_nextChunk)) _nextChunk++;
        index = _nextChunk;
        if (_nextChunk >= ChunkCount) return false;
        _nextChunk++;
        return true;
    }

    /// <summary>The fetch is over, done or not.</summary>
    public void Abandon()
    {
        _offer = null;
        Installing = null;
        _sources.Clear();
        _inFlight.Clear();
        _again.Clear();
        _stored.Clear();
        _nextChunk = 0;
    }
}
