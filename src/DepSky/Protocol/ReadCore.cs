using System.Numerics;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Reads a version of a unit, or a range of it (DepSky, algorithms 1 and 2). States:
/// <para><b>Searching</b>: the highest version that any of n-f clouds has genuine metadata of. A complete version is at
/// n-f clouds, so nothing older than the last one that was complete when the read began is ever taken.</para>
/// <para><b>Fetching</b>: k shares of the key, and k intact blocks of each segment of the range, in order, a few
/// segments ahead.</para>
/// <para><b>Done</b>: the host has taken all of it, or there is a failure. Whether the unit has no version, or a
/// removed one, stands in <see cref="Metadata"/>.</para>
/// </summary>
internal sealed class ReadCore(ReadRequest request, CloudOrder order, long callTimeoutMicros) : ProtocolCore(
    callTimeoutMicros)
{
    private readonly SortedDictionary<int, ushort> _ready = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly List<ReadLease> _leases = [];
    private CloudOrder _order = order;
    private long _leaseAtMicros = long.MaxValue;

    /// <summary>
    /// Segments in order: those below the first number are done with, the next were handed over, the next are fetched.
    /// </summary>
    private int _taken, _nextToHandOver, _nextToFetch, _endSegment;

    /// <summary>The version that is read; null if there is none.</summary>
    public ObjectMetadata? Metadata { get; private set; }

    /// <summary>The shares of its key, once they are there.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>>? Shares { get; private set; }

    /// <summary>What clouds did wrong, though it was made up for.</summary>
    public IReadOnlyList<CloudProblem> Problems => _problems;

    /// <summary>The leases that were placed: the host deletes them when it is done.</summary>
    public IReadOnlyList<ReadLease> Leases => _leases;

    protected override long NextTimerMicros => _leaseAtMicros;

    protected override void OnStart() =>
        Begin(new MetadataSearch(Exchange, request.Layout, request.Quorums, request.Writer, withParts: false));

    protected override void OnDone(SubMachine machine)
    {
        switch (machine)
        {
            case MetadataSearch search:
                Searched(search);
                break;
            case ShareSearch { Failure: null } search:
                _problems.AddRange(search.Problems);
                Shares = search.Shares;
                HandOver();
                break;
            case SegmentRead read:
                Fetched(read);
                break;
            // Without a lease reading goes on: should the version be collected, its blocks are missing, and nothing
            // wrong is read.
            case RecordWrite lease:
                if (lease.Failure is not null) _problems.AddRange(lease.Failure.Problems);
                break;
            default:
                Finish(machine.Failure);
                break;
        }
    }

    protected override void OnInput(Input input)
    {
        if (input is not SegmentTakenInput) base.OnInput(input);
        Invariant.Holds(_taken < _nextToHandOver, "only a segment that was handed over is taken");
        _taken++;
        if (_taken == _endSegment) Finish(null);
        else FetchMore();
    }

    /// <summary>
    /// A long read says so, well before the retention of what it reads can end, and again and again. Collectors look
    /// for leases at n-f clouds, so they find it.
    /// </summary>
    protected override void OnTimer()
    {
        ReadLease lease = new(Metadata!.Data, Exchange.NowMs + request.RetentionMicros / 1000, request.Reader);
        _leases.Add(lease);
        Begin(new RecordWrite(
            Exchange, request.Quorums, "the reader's lease", lease.Name(request.Layout), [ReadLease.Content]));
        ArmLease();
    }

    private void Searched(MetadataSearch search)
    {
        _problems.AddRange(search.Problems);
        Metadata = search.Highest;
        if (search.Failure is not null || Metadata is null || Metadata.IsDeleted || !request.WithContent)
        {
            Finish(search.Failure);
            return;
        }
        // Those that answered first, first: a slow cloud is not even asked for blocks.
        _order =
            new CloudOrder(search.Resolved.Concat(_order.Clouds.Except(search.Resolved)).ToArray(), _order.UsualMicros);
        _order.Learn(search.RoundTripMicros);
        (_nextToFetch, _endSegment) = request.Segments(Metadata);
        _nextToHandOver = _taken = _nextToFetch;
        if (_nextToFetch == _endSegment)
        {
            Finish(null);
            return;
        }
        ArmLease();
        if (Metadata.ShareDigests.Count > 0) Begin(new ShareSearch(Exchange, request.Layout, Metadata, request.Writer));
        FetchMore();
    }

    /// <summary>With no retention there is nothing that a lease could prolong.</summary>
    private void ArmLease()
    {
        if (request.RetentionMicros >= 4) _leaseAtMicros = Exchange.NowMicros + request.RetentionMicros / 4;
    }

    private void FetchMore()
    {
        while (_nextToFetch < _endSegment && _nextToFetch < _taken + request.SegmentsAhead)
            Begin(new SegmentRead(Exchange, request.Layout, Metadata!, _order, _nextToFetch++));
    }

    private void Fetched(SegmentRead read)
    {
        _problems.AddRange(read.Problems);
        if (read.Failure is not null)
        {
            Finish(read.Failure);
            return;
        }
        Invariant.Holds(
            BitOperations.PopCount(read.Blocks) == Metadata!.BlocksNeeded, "exactly k blocks are handed over");
        Invariant.Holds(read.Segment >= _nextToHandOver
            && read.Segment < _nextToFetch, "what comes was asked for, and is not handed over yet");
        _ready.Add(read.Segment, read.Blocks);
        HandOver();
    }

    /// <summary>In order, and not before the key is there.</summary>
    private void HandOver()
    {
        if (Shares is null && Metadata!.ShareDigests.Count > 0) return;
        while (_ready.Remove(_nextToHandOver, out ushort blocks))
        {
            Exchange.Emit(new SegmentFetchedEffect(_nextToHandOver++, blocks));
            Invariant.Holds(_nextToHandOver - _taken <= request.SegmentsAhead,
                "the host holds no more segments than there is room for");
        }
    }
}
