using System.Numerics;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Writes one version of a unit (DepSky, algorithms 1 and 2). States and what holds in them:
/// <para><b>Searching</b>: n-f clouds are asked for what they have. The new version is higher than any that a genuine
/// record speaks of, complete or not.</para>
/// <para><b>Uploading</b>: parts go to all clouds, blocks to a preferred quorum. Nothing that a reader looks for exists
/// yet.</para>
/// <para><b>Committing</b>: entered only when n-f clouds have acknowledged the part, and n-f their block of each
/// segment - and, under a lock, when its lease has not run out. Metadata goes to all clouds.</para>
/// <para><b>Confirming</b>, under a lock: did the lease last until the metadata was acknowledged? If not,
/// <b>FindingSuccessor</b>: another writer may have taken the lock without seeing this version, and then no reader sees
/// it.</para>
/// <para><b>Done</b>: n-f clouds have acknowledged the metadata. A writer that stops anywhere before leaves the old
/// version, or one that is complete in all but its metadata's acknowledgements: never a mix.</para>
/// </summary>
internal sealed class WriteCore : ProtocolCore
{
    private enum State
    {
        Searching,
        Uploading,

        /// <summary>All is stored but the metadata, and the host is asked how long the lease lasts.</summary>
        CheckingLease,
        Committing,
        Confirming,
        FindingSuccessor,
    }

    private readonly WriteRequest _request;
    private readonly CloudOrder _order;
    private readonly CloudQuorums _quorums;
    private readonly Queue<int> _waiting = new();
    private readonly List<SegmentDigests> _segments = [];
    private State _state = State.Searching;
    private VersionId _id;
    private RecordWrite? _parts, _commit;
    private ObjectMetadata? _metadata;
    private int _segmentsStored;
    private long? _sizeBytes;

    public WriteCore(WriteRequest request, CloudOrder order, long callTimeoutMicros)
        : base(callTimeoutMicros)
    {
        _request = request;
        _order = order;
        _quorums = request.Quorums;
        Found = NewSearch();
    }

    /// <summary>What was written, once it is complete.</summary>
    public ObjectMetadata? Written => IsDone && Failure is null ? _metadata : null;

    /// <summary>What was there before.</summary>
    public MetadataSearch Found { get; }

    /// <summary>What clouds did wrong with records, though it was made up for.</summary>
    public IEnumerable<CloudProblem> Problems =>
        Found.Problems.Concat(_parts?.Problems ?? []).Concat(_commit?.Problems ?? []);

    protected override void OnStart() => Begin(Found);

    protected override void OnInput(Input input)
    {
        switch (input)
        {
            case SegmentEncodedInput segment:
                OnSegmentEncoded(segment.Digests);
                break;
            case SegmentResumedInput segment:
                Invariant.Holds(
                    _sizeBytes is null && _request.Resumed is not null, "only what is resumed has stored segments");
                _segments.Add(segment.Digests);
                _segmentsStored++;
                break;
            case ContentEndedInput end:
                Invariant.Holds(_sizeBytes is null, "content ends once");
                _sizeBytes = end.SizeBytes;
                CommitIfReady();
                break;
            case LeaseInput lease:
                OnLease(hasRunOut: Exchange.NowMs >= lease.ExpiresAtMs);
                break;
            default:
                base.OnInput(input);
                break;
        }
    }

    protected override void OnDone(SubMachine machine)
    {
        switch (machine)
        {
            case { Failure: not null }:
                Finish(machine.Failure);
                break;
            case MetadataSearch search when search == Found:
                Number();
                break;
            case MetadataSearch successors:
                bool isFenced = successors.HighestVersion.Epoch > _id.Version.Epoch;
                Finish(isFenced
                    ? LeaseLost("it ran out while the version was completed, and another writer took it")
                    : null);
                break;
            case RecordWrite parts when parts == _parts:
                CommitIfReady();
                break;
            case RecordWrite:
                Confirm();
                break;
            case SegmentWrite write:
                OnSegmentStored(write);
                break;
        }
    }

    private void OnSegmentEncoded(IReadOnlyList<Digest> digests)
    {
        Invariant.Holds(_sizeBytes is null, "no segment follows the end of the content");
        int segment = _segments.Count;
        if (segment == SegmentShape.SegmentsMax(_quorums.Clouds))
        {
            Finish(new ProtocolFailure(FailureKind.TooLarge,
                $"a version has no more than {segment} segments, here of {_request.SegmentBytes} bytes; "
                + "write with longer segments",
                []));
            return;
        }
        _segments.Add(new SegmentDigests(0, digests));
        if (_state == State.Searching) _waiting.Enqueue(segment);
        else Upload(segment);
    }

    /// <summary>The search is done: chooses the version, and begins to store it.</summary>
    private void Number()
    {
        ObjectVersion highest = Found.HighestVersion;
        if (highest.Epoch > _request.LockEpoch)
        {
            Finish(LeaseLost($"another writer took the lock: epoch {highest.Epoch} has begun"));
            return;
        }
        uint epoch = _request.LockEpoch ?? highest.Epoch;
        _id = _request.Resumed
            ?? new VersionId(new ObjectVersion(epoch, checked(highest.Number + 1)), _request.Attempt);
        bool isOutdated = Found.HighestAttempt > _id || _id.Version.Epoch != epoch || Found.Highest?.Id == _id;
        if (_request.Resumed is not null && isOutdated)
        {
            string what = $"'{_request.Layout.Unit}' has been written since the upload was interrupted";
            Finish(new ProtocolFailure(FailureKind.Superseded, what, []));
            return;
        }
        Invariant.Holds(Found.Highest is null || _id > Found.Highest.Id, "a new version is higher than what was found");
        Invariant.Holds(_id >= Found.HighestAttempt, "no attempt that was found is higher than the new one");
        Exchange.Emit(new NumberedEffect(_id));
        // Those that did not answer in time, or wrongly, last.
        IEnumerable<int> late = _order.Clouds.Except(Found.Resolved), wrong = Found.Problems.Select(p => p.Cloud);
        foreach (int cloud in late.Concat(wrong).Distinct().ToArray())
            _order.Demote(cloud);
        _order.Learn(Found.RoundTripMicros);
        _state = State.Uploading;
        byte[] announcement = PartRecord.Announce(_request.Layout.Unit, _id, _request.Writer);
        _parts = new RecordWrite(Exchange, _quorums, "their part of the key", _request.Layout.Part(_id),
            [.. Enumerable.Range(0, _quorums.Clouds).Select(
                cloud => PartRecord.Encode(announcement, _request.Share(cloud).Span))]);
        Begin(_parts);
        while (_waiting.TryDequeue(out int segment)) Upload(segment);
    }

    private void Upload(int segment)
    {
        Invariant.Holds(_state == State.Uploading, "blocks are stored before the metadata, and under a number");
        Begin(new SegmentWrite(
            Exchange, _quorums, _request.Quorum, _order, segment, _request.Layout.Block(_id, segment)));
    }

    private void OnSegmentStored(SegmentWrite write)
    {
        Invariant.Holds(_segments[write.Segment].Holders == 0, "a segment is stored once");
        _segments[write.Segment] = _segments[write.Segment] with { Holders = write.Holders };
        _segmentsStored++;
        Exchange.Emit(new SegmentStoredEffect(write.Segment, _segments[write.Segment]));
        CommitIfReady();
    }

    /// <summary>The value strictly before the metadata.</summary>
    private void CommitIfReady()
    {
        if (_state != State.Uploading || _parts is not { IsDone: true } || _sizeBytes is null
            || _segmentsStored < _segments.Count) return;
        if (_request.LockEpoch is null)
        {
            Commit();
            return;
        }
        _state = State.CheckingLease;
        Exchange.Emit(QueryLeaseEffect.Instance);
    }

    private void OnLease(bool hasRunOut)
    {
        Invariant.Holds(_state is State.CheckingLease or State.Confirming,
            "the host says how long the lease lasts when it is asked");
        if (_state == State.CheckingLease)
        {
            if (hasRunOut) Finish(LeaseLost("it ran out before all was stored"));
            else Commit();
        }
        else if (hasRunOut)
        {
            _state = State.FindingSuccessor;
            Begin(NewSearch());
        }
        else Finish(null);
    }

    private void Commit()
    {
        Invariant.Holds(
            _parts!.Acknowledged >= _quorums.Available, "n-f clouds have their part before there is metadata");
        Invariant.Holds(_segments.TrueForAll(s => BitOperations.PopCount(s.Holders) >= _quorums.Available),
            "n-f clouds have their block of every segment before there is metadata");
        _state = State.Committing;
        _metadata = Describe();
        byte[] bytes = MetadataCodec.Encode(_metadata, _request.Writer);
        Invariant.Holds(bytes.Length <= SegmentShape.MetadataBytesMax,
            "metadata of no more than the segments that can be is short enough to be read");
        _commit = new RecordWrite(Exchange, _quorums, "the metadata", _request.Layout.Metadata(_id), [bytes]);
        Begin(_commit);
    }

    /// <summary>The metadata is acknowledged.</summary>
    private void Confirm()
    {
        Invariant.Holds(_state == State.Committing, "metadata is acknowledged after it was sent");
        if (_request.LockEpoch is null)
        {
            Finish(null);
            return;
        }
        _state = State.Confirming;
        Exchange.Emit(QueryLeaseEffect.Instance);
    }

    private MetadataSearch NewSearch() =>
        new(Exchange, _request.Layout, _quorums, _request.Writer.PublicKey, withParts: true);

    private ObjectMetadata Describe() => new()
    {
        Unit = _request.Layout.Unit,
        Id = _id,
        Data = _id,
        Protection = _request.Protection,
        Clouds = _quorums.Clouds,
        Faulty = _quorums.Faulty,
        CreatedAtMs = Exchange.NowMs,
        IsDeleted = _request.IsRemoval,
        SizeBytes = _sizeBytes!.Value,
        SegmentBytes = _request.SegmentBytes,
        NeedsReaderKey = _request.NeedsReaderKey,
        ShareDigests = _request.Shares is null ? [] : [.. _request.Shares.Select(share => Digest.Of(share.Span))],
        Segments = [.. _segments],
    };

    private ProtocolFailure LeaseLost(string why) =>
        new(FailureKind.LeaseLost, $"the lock on '{_request.Layout.Unit}' is lost: {why}; nothing was overwritten", []);
}
