using System.Numerics;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Reads a version of a unit, or a range of it (DepSky, algorithms 1 and 2). States:
/// <para><b>Searching</b>: the highest version that any of n-f clouds has genuine metadata of. A complete version is at n-f clouds, so nothing older than the last one that was complete when the
/// read began is ever taken.</para>
/// <para><b>Fetching</b>: k shares of the key, and k intact blocks of each segment of the range, in order, a few segments ahead.</para>
/// <para><b>Done</b>: all of it was handed over, or there is a failure. Whether the unit has no version, or a removed one, stands in <see cref="Metadata"/>.</para>
/// </summary>
internal sealed class ReadCore
{
    private readonly CloudExchange _exchange;
    private readonly ReadRequest _request;
    private readonly MetadataSearch _search;
    private readonly SortedDictionary<int, ushort> _ready = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly List<ReadLease> _leases = [];
    private CloudOrder _order;
    private int _nextToFetch, _nextToHandOver, _endSegment;

    public ReadCore(CloudExchange exchange, ReadRequest request, CloudOrder order)
    {
        _exchange = exchange;
        _request = request;
        _order = order;
        _search = new MetadataSearch(exchange, request.Layout, request.Quorums, request.Writer, withParts: false, Searched);
    }

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The version that is read; null if there is none.</summary>
    public ObjectMetadata? Metadata { get; private set; }

    /// <summary>The shares of its key, once they are there.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>>? Shares { get; private set; }

    /// <summary>What clouds did wrong, though it was made up for.</summary>
    public IReadOnlyList<CloudProblem> Problems => _problems;

    /// <summary>The next segment, in order, and the clouds whose blocks of it the host has. The host calls <see cref="SegmentTaken"/> when it has decoded it.</summary>
    public event Action<int, ushort>? SegmentFetched;

    /// <summary>The leases that were placed: the host deletes them when it is done.</summary>
    public IReadOnlyList<ReadLease> Leases => _leases;

    public void Start() => _search.Start();

    /// <summary>The host is done with the oldest segment that it was handed: there is room for one more.</summary>
    public void SegmentTaken()
    {
        _taken++;
        FetchMore();
        if (Failure is null && _taken == _endSegment) IsDone = true;
    }

    private int _taken;

    private void Searched(MetadataSearch search)
    {
        _problems.AddRange(search.Problems);
        Metadata = search.Highest;
        if (search.Failure is not null || Metadata is null || Metadata.IsDeleted || !_request.WithContent)
        {
            Finish(search.Failure);
            return;
        }
        // Those that answered first, first: a slow cloud is not even asked for blocks.
        _order = new CloudOrder(search.Resolved.Concat(_order.Clouds.Except(search.Resolved)).ToArray(), _order.UsualMs);
        _order.Learn(search.RoundTripMs);
        (_nextToFetch, _endSegment) = _request.Segments(Metadata);
        _nextToHandOver = _taken = _nextToFetch;
        if (_nextToFetch == _endSegment)
        {
            Finish(null);
            return;
        }
        _exchange.After(_request.RetentionMs / 4, PlaceLease);
        if (Metadata.ShareDigests.Count > 0) new ShareSearch(_exchange, _request.Layout, Metadata, _request.Writer, GotShares).Start();
        FetchMore();
    }

    /// <summary>
    /// A long read says so, well before the retention of what it reads can end, and again and again. Collectors look for leases at n-f clouds, so they find it. Without enough clouds to place it, reading goes on
    /// all the same: should the version be collected, its blocks are missing, and nothing wrong is read.
    /// </summary>
    private void PlaceLease()
    {
        if (IsDone) return;
        ReadLease lease = new(Metadata!.Data, _exchange.NowMs + _request.RetentionMs, _request.Reader);
        _leases.Add(lease);
        new RecordWrite(_exchange, _request.Quorums, "the reader's lease", cloud => new PutCall(cloud, lease.Name(_request.Layout), ReadLease.Content), failure =>
        {
            if (failure is not null) _problems.AddRange(failure.Problems);
        }).Start();
        _exchange.After(_request.RetentionMs / 4, PlaceLease);
    }

    private void GotShares(ShareSearch search)
    {
        if (search.Failure is not null)
        {
            Finish(search.Failure);
            return;
        }
        Shares = search.Shares;
        HandOver();
    }

    private void FetchMore()
    {
        while (!IsDone && _nextToFetch < _endSegment && _nextToFetch < _taken + _request.SegmentsAhead)
            new SegmentRead(_exchange, _request.Layout, Metadata!, _order, _nextToFetch++, GotSegment).Start();
    }

    private void GotSegment(SegmentRead read)
    {
        _problems.AddRange(read.Problems);
        if (read.Failure is not null)
        {
            Finish(read.Failure);
            return;
        }
        Invariant.Holds(BitOperations.PopCount(read.Blocks) == Metadata!.BlocksNeeded, "exactly k blocks are handed over");
        _ready.Add(read.Segment, read.Blocks);
        HandOver();
    }

    /// <summary>In order, and not before the key is there.</summary>
    private void HandOver()
    {
        if (IsDone || (Shares is null && Metadata!.ShareDigests.Count > 0)) return;
        while (_ready.Remove(_nextToHandOver, out ushort blocks)) SegmentFetched?.Invoke(_nextToHandOver++, blocks);
    }

    private void Finish(ProtocolFailure? failure)
    {
        if (IsDone) return;
        IsDone = true;
        Failure = failure;
    }
}
