using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.CatchUp;

/// <summary>
/// Fetches a stable checkpoint: of its runs, those that are not on disk, in pieces, from every peer that offers it, a
/// few at a time, each verified on arrival against the root that names the run. A peer that sends a bad piece is not
/// asked again; one that is slow is passed over. Memory: the pieces in flight. Invariants: a piece that is asked for or
/// stored is one of a missing run, and is not stored yet; a few are under way; a checkpoint that is loaded is whole,
/// and leads to what was executed here, or beyond.
/// </summary>
internal sealed class CheckpointFetch(ReplicaContext context, DecidedLog log, StateRebuild rebuild)
{
    private const int InFlightMax = 4;

    /// <summary>So many status periods without any source, and those that failed are given another chance.</summary>
    private const int PardonTicks = 20;

    private readonly List<ReplicaId> _sources = [];
    private readonly HashSet<ReplicaId> _dropped = [];
    private readonly Dictionary<PieceId, (ReplicaId Source, long AskedMicros)> _inFlight = [];
    private readonly Dictionary<ReplicaId, int> _askedInPeriod = [];
    private readonly Queue<PieceId> _again = new();
    private CheckpointOffer? _offer;
    private FetchedRun[]? _missing;
    private long _bytesMissing;
    private int _turn;
    private int _ticksWithoutSource;

    public bool IsActive => _offer is not null;

    /// <summary>All runs are here, and the host is loading them.</summary>
    public CheckpointOffer? Installing { get; private set; }

    /// <summary>How far it is; null if nothing is fetched. For people alone: nothing here follows from it.</summary>
    public CheckpointProgress? Progress
    {
        get
        {
            if (_offer is null) return null;
            long bytes = _offer.Manifest.Runs.DistinctBy(static run => run.Root).Sum(static run => run.Bytes);
            return new CheckpointProgress(
                _offer.Certificate.Instance, _missing is null ? null : bytes - _bytesMissing, bytes,
                IsLoading: Installing is not null);
        }
    }

    /// <summary>A peer offers a checkpoint whose certificate has been verified.</summary>
    public void OnOffer(ReplicaId from, CheckpointOffer offer)
    {
        CheckpointCertificate certificate = offer.Certificate;
        if (!rebuild.IsTarget(certificate.Instance) || Installing is not null || _dropped.Contains(from)) return;
        if (_offer is { } current)
        {
            if (certificate.Instance == current.Certificate.Instance && !_sources.Contains(from)) _sources.Add(from);
            if (_sources.Count > 0) return;
        }
        Begin(offer);
        _sources.Add(from);
    }

    /// <summary>
    /// The state is wrong. The own stable checkpoint is loaded again. Without it, or what follows it, the others are
    /// asked.
    /// </summary>
    public void FindState()
    {
        if (rebuild.OwnTarget is { } own) Begin(own);
        else context.Effects.Broadcast(new FetchCheckpoint(rebuild.Stable));
    }

    /// <summary>
    /// A checkpoint that this replica has is loaded again. The others are asked for what its disk did not keep.
    /// </summary>
    private void Begin(CheckpointOffer offer)
    {
        Invariant.Holds(Installing is null, "no fetch begins while a checkpoint is being loaded");
        Abandon();
        _offer = offer;
        _ticksWithoutSource = 0;
        context.Effects.Add(new BeginFetchEffect(offer.Certificate, offer.Manifest));
        context.Effects.Broadcast(new FetchCheckpoint(new Instance(offer.Certificate.Instance.Value - 1)));
    }

    /// <summary>What is missing on disk.</summary>
    public void OnPlanned(FetchPlannedInput input)
    {
        if (_offer is null || _missing is not null || !_offer.Manifest.Equals(input.Manifest)) return;
        _missing = [.. input.Missing.Select(missing => new FetchedRun(missing, context.Settings.ChunkBytes))];
        _bytesMissing = input.Missing.Sum(missing => missing.BytesMissing(context.Settings.ChunkBytes));
        Pump();
    }

    public void OnPiece(ReplicaId from, Piece piece)
    {
        int place = _missing is null ? -1 : Array.FindIndex(_missing, run => run.Description.Root == piece.Run);
        PieceId id = new(place, piece.Index);
        if (place < 0 || !_inFlight.TryGetValue(id, out (ReplicaId Source, long) asked) || asked.Source != from)
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        _inFlight.Remove(id);
        FetchedRun run = _missing![place];
        if (!MerkleTree.Verify(
            run.Description.Root, run.Description.Bytes, context.Settings.ChunkBytes,
            piece.Index, piece.Bytes.Span, piece.Path))
        {
            context.Effects.Reject(from, RejectReason.InvalidProof);
            _again.Enqueue(id);
            Drop(from);
        }
        else
        {
            context.Effects.Add(new StorePieceEffect(run.Description, piece.Index, piece.Bytes));
            run.NoteStored(piece.Index);
            _bytesMissing -= piece.Bytes.Length;
            Invariant.Holds(_bytesMissing >= 0, "no more is stored of a checkpoint than was missing");
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
        if (_sources.Count == 0) AskForOffers();
        long before = context.Now.MonotonicMicros - 10 * context.Settings.StatusPeriodMicros;
        foreach ((PieceId id, (ReplicaId source, long askedMicros)) in _inFlight.OrderBy(static f => f.Key).ToList())
        {
            if (askedMicros > before) continue;
            _inFlight.Remove(id);
            _again.Enqueue(id);
            Drop(source);
        }
        Pump();
    }

    private void Drop(ReplicaId source)
    {
        _sources.Remove(source);
        _dropped.Add(source);
        if (_sources.Count == 0) AskForOffers();
    }

    /// <summary>A state that is wrong needs the checkpoint that is being fetched.</summary>
    private void AskForOffers()
    {
        Instance above = rebuild.IsWrong && _offer is { } offer
            ? new Instance(offer.Certificate.Instance.Value - 1)
            : log.LastExecuted;
        context.Effects.Broadcast(new FetchCheckpoint(above));
    }

    private void Pump()
    {
        while (_inFlight.Count < InFlightMax && _sources.Any(MayBeAsked)
            && (_again.TryDequeue(out PieceId id) || TryNext(out id)))
        {
            FetchedRun run = _missing![id.Run];
            Invariant.Holds(run.Lacks(id.Index), "a piece that is asked for is missing");
            ReplicaId source = NextSource();
            _inFlight.Add(id, (source, context.Now.MonotonicMicros));
            context.Effects.Send(source, new FetchPiece(run.Description.Root, id.Index));
        }
    }

    private bool TryNext(out PieceId id)
    {
        id = default;
        for (int place = 0; place < _missing?.Length; place++)
        {
            if (!_missing[place].TryNext(out int index)) continue;
            id = new PieceId(place, index);
            return true;
        }
        return false;
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
    /// Once all pieces are stored, and only once: what to load. Decided batches may have come meanwhile and led beyond
    /// it; then it is not needed.
    /// </summary>
    public CheckpointOffer? TakeComplete()
    {
        if (_offer is null || _missing is null || Installing is not null) return null;
        if (!rebuild.IsTarget(_offer.Certificate.Instance))
        {
            Abandon();
            return null;
        }
        if (!_missing.All(static run => run.IsWhole)) return null;
        Invariant.Holds(_inFlight.Count == 0, "a checkpoint is loaded when nothing of it is under way");
        Installing = _offer;
        return _offer;
    }

    /// <summary>The fetch is over, done or not.</summary>
    public void Abandon()
    {
        _offer = null;
        _missing = null;
        Installing = null;
        _sources.Clear();
        _inFlight.Clear();
        _again.Clear();
    }

    /// <summary>A chunk of one of the missing runs.</summary>
    private readonly record struct PieceId(int Run, int Index) : IComparable<PieceId>
    {
        public int CompareTo(PieceId other) => (Run, Index).CompareTo((other.Run, other.Index));
    }
}
