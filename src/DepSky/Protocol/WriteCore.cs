using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Writes one version of a unit (DepSky, algorithms 1 and 2). States and what holds in them:
/// <para><b>Searching</b>: n-f clouds are asked for what they have. The new version is higher than any that a genuine record speaks of, complete or not.</para>
/// <para><b>Uploading</b>: parts go to all clouds, blocks to a preferred quorum. Nothing that a reader looks for exists yet.</para>
/// <para><b>Committing</b>: entered only when n-f clouds have acknowledged the part, and n-f their block of each segment. Metadata goes to all clouds.</para>
/// <para><b>Done</b>: n-f clouds have acknowledged the metadata. A writer that stops anywhere before leaves the old version, or one that is complete in all but its metadata's acknowledgements:
/// never a mix.</para>
/// </summary>
internal sealed class WriteCore
{
    private enum State
    {
        Searching,
        Uploading,
        Committing,
        Done,
    }

    private readonly CloudExchange _exchange;
    private readonly WriteRequest _request;
    private readonly CloudOrder _order;
    private readonly CloudQuorums _quorums;
    private readonly MetadataSearch _search;
    private readonly Queue<(int Segment, IReadOnlyList<Digest> Digests)> _waiting = new();
    private readonly List<SegmentDigests> _segments = [];
    private State _state = State.Searching;
    private VersionId _id;
    private bool _partsStored;
    private int _segmentsStored;
    private long? _sizeBytes;

    public WriteCore(CloudExchange exchange, WriteRequest request, CloudOrder order)
    {
        _exchange = exchange;
        _request = request;
        _order = order;
        _quorums = request.Quorums;
        _search = new MetadataSearch(exchange, request.Layout, _quorums, request.Writer.PublicKey, withParts: true, Searched);
    }

    public bool IsDone => _state == State.Done;

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>What was written, once it is complete.</summary>
    public ObjectMetadata? Written { get; private set; }

    /// <summary>What was there before.</summary>
    public MetadataSearch Found => _search;

    /// <summary>The blocks of this segment are not needed any more: these clouds have acknowledged them.</summary>
    public event Action<int, SegmentDigests>? SegmentStored;

    /// <summary>The attempt has its version; nothing of it has been sent yet.</summary>
    public event Action<VersionId>? Numbered;

    public void Start() => _search.Start();

    /// <summary>The next segment was encoded.</summary>
    /// <param name="digests">Of each cloud's block, or one for all.</param>
    public void AddSegment(IReadOnlyList<Digest> digests)
    {
        Invariant.Holds(_sizeBytes is null, "no segment follows the end of the content");
        int segment = _segments.Count;
        if (segment == SegmentShape.SegmentsMax(_quorums.Clouds))
        {
            Finish(new ProtocolFailure(FailureKind.TooLarge, $"a version has no more than {segment} segments, here of {_request.SegmentBytes} bytes; write with longer segments", []));
            return;
        }
        _segments.Add(new SegmentDigests(0, digests));
        if (_state == State.Searching) _waiting.Enqueue((segment, digests));
        else if (_state == State.Uploading) Upload(segment);
    }

    /// <summary>The next segment was stored before the upload was interrupted.</summary>
    public void AddStoredSegment(SegmentDigests digests)
    {
        Invariant.Holds(_sizeBytes is null && _request.Resumed is not null, "only what goes on has stored segments");
        _segments.Add(digests);
        _segmentsStored++;
    }

    /// <summary>There are no more segments.</summary>
    public void EndContent(long sizeBytes)
    {
        _sizeBytes = sizeBytes;
        CommitIfReady();
    }

    private void Searched(MetadataSearch search)
    {
        if (search.Failure is not null)
        {
            Finish(search.Failure);
            return;
        }
        uint? lockEpoch = _request.Lock?.Invoke().Epoch;
        if (search.HighestVersion.Epoch > lockEpoch)
        {
            Finish(LeaseLost($"somebody else took the lock: epoch {search.HighestVersion.Epoch} has begun"));
            return;
        }
        uint epoch = lockEpoch ?? search.HighestVersion.Epoch;
        _id = _request.Resumed ?? new VersionId(new ObjectVersion(epoch, checked(search.HighestVersion.Number + 1)), _request.Attempt);
        if (_request.Resumed is not null && (search.HighestAttempt > _id || _id.Version.Epoch != epoch || search.Highest?.Id == _id))
        {
            Finish(new ProtocolFailure(FailureKind.Superseded, $"'{_request.Layout.Unit}' has been written since the upload was interrupted", []));
            return;
        }
        Invariant.Holds(search.Highest is null || _id > search.Highest.Id, "a new version is higher than what was found");
        Numbered?.Invoke(_id);
        // Those that did not answer in time, or wrongly, last.
        foreach (int cloud in _order.Clouds.Except(search.Resolved).Concat(search.Problems.Select(p => p.Cloud)).Distinct().ToArray()) _order.Demote(cloud);
        _order.Learn(search.RoundTripMs);
        _state = State.Uploading;
        byte[] announcement = PartRecord.Announce(_request.Layout.Unit, _id, _request.Writer);
        new RecordWrite(_exchange, _quorums, "their part of the key",
            cloud => new PutCall(cloud, _request.Layout.Part(_id), PartRecord.Encode(announcement, _request.Share(cloud).Span)), failure =>
            {
                _partsStored = failure is null;
                if (failure is null) CommitIfReady();
                else Finish(failure);
            }).Start();
        while (_state == State.Uploading && _waiting.TryDequeue(out (int Segment, IReadOnlyList<Digest>) next)) Upload(next.Segment);
        CommitIfReady();
    }

    private void Upload(int segment) =>
        new SegmentWrite(_exchange, _quorums, _request.Quorum, _order, segment, _ => _request.Layout.Block(_id, segment), write =>
        {
            if (write.Failure is not null)
            {
                Finish(write.Failure);
                return;
            }
            _segments[segment] = _segments[segment] with { Holders = write.Holders };
            _segmentsStored++;
            SegmentStored?.Invoke(segment, _segments[segment]);
            CommitIfReady();
        }).Start();

    /// <summary>The value strictly before the metadata.</summary>
    private void CommitIfReady()
    {
        if (_state != State.Uploading || !_partsStored || _sizeBytes is null || _segmentsStored < _segments.Count) return;
        if (HasLeaseRunOut)
        {
            Finish(LeaseLost("it ran out before all was stored"));
            return;
        }
        _state = State.Committing;
        ObjectMetadata metadata = Describe();
        byte[] bytes = MetadataCodec.Encode(metadata, _request.Writer);
        Invariant.Holds(bytes.Length <= SegmentShape.MetadataBytesMax, "metadata of no more than the segments that can be is short enough to be read");
        new RecordWrite(_exchange, _quorums, "the metadata", cloud => new PutCall(cloud, _request.Layout.Metadata(_id), bytes), failure =>
        {
            if (failure is null && HasLeaseRunOut) CheckSuccessor(metadata);
            else Finish(failure, metadata);
        }).Start();
    }

    private bool HasLeaseRunOut => _request.Lock?.Invoke() is HeldLock held && _exchange.NowMs >= held.ExpiresAtMs;

    /// <summary>The lease ran out while the metadata was on its way: if somebody has taken the lock since, he may not have seen this version, and nobody will.</summary>
    private void CheckSuccessor(ObjectMetadata metadata) =>
        new MetadataSearch(_exchange, _request.Layout, _quorums, _request.Writer.PublicKey, withParts: true, search =>
        {
            bool isFenced = search.Failure is null && search.HighestVersion.Epoch > metadata.Id.Version.Epoch;
            Finish(isFenced ? LeaseLost("it ran out while the version was completed, and somebody else took it") : search.Failure, metadata);
        }).Start();

    private ObjectMetadata Describe() => new()
    {
        Unit = _request.Layout.Unit,
        Id = _id,
        Data = _id,
        Protection = _request.Protection,
        Clouds = _quorums.Clouds,
        Faulty = _quorums.Faulty,
        CreatedAtMs = _exchange.NowMs,
        IsDeleted = _request.IsRemoval,
        SizeBytes = _sizeBytes!.Value,
        SegmentBytes = _request.SegmentBytes,
        NeedsReaderKey = _request.NeedsReaderKey,
        ShareDigests = _request.Shares is null ? [] : [.. _request.Shares.Select(share => Digest.Of(share.Span))],
        Segments = [.. _segments],
    };

    private ProtocolFailure LeaseLost(string why) => new(FailureKind.LeaseLost, $"the lock on '{_request.Layout.Unit}' is lost: {why}; nothing was overwritten", []);

    private void Finish(ProtocolFailure? failure, ObjectMetadata? written = null)
    {
        if (_state == State.Done) return;
        _state = State.Done;
        Failure = failure;
        if (failure is null) Written = written;
    }
}
