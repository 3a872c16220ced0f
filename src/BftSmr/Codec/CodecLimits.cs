using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Codec;

/// <summary>Every bound on what is decoded, in one place. Bytes that exceed one are no message.</summary>
internal sealed record CodecLimits
{
    /// <summary>
    /// Values that a replica can have sent WRITE for in one instance: one for each regency in which a new one was
    /// proposed and not decided. Since timeouts grow with each vain change, this many take hours of nothing but vain
    /// changes.
    /// </summary>
    public const int WriteSetMax = 512;

    /// <summary>Instances that one answer to FETCH-DECIDED covers.</summary>
    public const int DecidedMax = 256;

    /// <summary>Digests on a Merkle path.</summary>
    public const int ChunkPathMax = MerkleTree.PathLengthMax;

    /// <summary>Bytes of a batch beyond its requests, at most.</summary>
    public const int BatchOverheadBytesMax = 32;

    private const int EnvelopeBytesMax = 64;
    private const int FrameBytesCeiling = 1 << 30;

    /// <summary>n.</summary>
    public required int Replicas { get; init; }

    /// <summary>
    /// The messages and records of the cluster's ordering; null if those that the codec knows are all.
    /// </summary>
    public MessageFamily? Family { get; init; }

    public int OperationBytesMax { get; init; } = ReplicationLimits.Default.OperationBytesMax;
    public int ReplyBytesMax { get; init; } = ReplicationLimits.Default.ReplyBytesMax;
    public int BatchRequestsMax { get; init; } = ReplicationLimits.Default.BatchRequestsMax;
    public int BatchBytesMax { get; init; } = ReplicationLimits.Default.BatchBytesMax;
    public int ChunkBytesMax { get; init; } = ReplicationLimits.Default.ChunkBytes;

    /// <summary>
    /// Instances above the stable checkpoint that a STOPDATA may speak of: a replica may not go further ahead of its
    /// stable checkpoint.
    /// </summary>
    public int EvidenceMax { get; init; } = EvidenceMaxOf(ReplicationLimits.Default);

    /// <summary>
    /// Values beyond the first of each instance that the write sets of a STOPDATA may hold: a replica sends WRITE for
    /// no more. One change of leader can add a few windows of them, so this many, too, take about an hour of nothing
    /// but vain changes.
    /// </summary>
    public int OtherValuesMax { get; init; } = OtherValuesMaxOf(ReplicationLimits.Default);

    /// <summary>Bytes of one request's MACs.</summary>
    public int MacsBytes => Replicas * Request.MacBytes;

    /// <summary>Bytes of an encoded request, at most.</summary>
    public int RequestBytesMax => OperationBytesMax + MacsBytes + Request.OverheadBytesMax;

    /// <summary>
    /// Bytes of an encoded batch, at most: as configured, but at least as much as the largest request alone.
    /// </summary>
    public int BatchEncodedBytesMax => Math.Max(BatchBytesMax, RequestBytesMax) + BatchOverheadBytesMax;

    /// <summary>Bytes of the batches in one answer to FETCH-DECIDED, at most.</summary>
    public int DecidedBodiesBytesMax => Math.Max(4 << 20, BatchEncodedBytesMax);

    /// <summary>
    /// Bytes of one STOPDATA, at most: a vote and a value for each instance, and the other values. All of a SYNC's fit
    /// into a frame.
    /// </summary>
    public int StopDataBytesMax =>
        Frame(
            EnvelopeBytesMax + Request.SignatureBytes + CertificateBytesMax
            + (long)EvidenceMax * EvidenceBytesMax + (long)OtherValuesMax * VoteBytesMax);

    /// <summary>
    /// The largest frame that one replica sends another. The bound holds even if the other limits would allow more.
    /// </summary>
    public int PeerFrameBytesMax => Frame(EnvelopeBytesMax + Math.Max(
        Math.Max(BatchEncodedBytesMax, BulkFrameBytesMax),
        Math.Max(CertificateBytesMax + (long)ManifestCodec.BytesMax, (long)Replicas * StopDataBytesMax)));

    /// <summary>The largest frame on a link for bulk: a piece, or a stretch of decided batches.</summary>
    public int BulkFrameBytesMax => Frame(EnvelopeBytesMax + Math.Max(
        ChunkBytesMax + (long)ChunkPathMax * CanonicalFormat.DigestBytes,
        DecidedBodiesBytesMax + (long)DecidedMax * CanonicalFormat.DigestBytes));

    /// <summary>The largest frame that a client sends a replica.</summary>
    public int ClientFrameBytesMax => Frame(EnvelopeBytesMax + (long)RequestBytesMax);

    /// <summary>The largest frame that a replica sends a client.</summary>
    public int ReplyFrameBytesMax =>
        Frame(EnvelopeBytesMax + (long)Math.Max(ReplyBytesMax, Digest.Size) + Replicas * ReadVoucherCodec.BytesMax);

    /// <summary>The largest log record.</summary>
    public int LogRecordBytesMax => Frame(EnvelopeBytesMax + (long)PeerFrameBytesMax);

    private int CertificateBytesMax => EnvelopeBytesMax + Replicas * (Request.SignatureBytes + 8);

    private const int VoteBytesMax = 1 + 9 + CanonicalFormat.DigestBytes;

    private const int EvidenceBytesMax = 1 + 9 + VoteBytesMax + 3 + VoteBytesMax;

    /// <summary>The bounds that follow from a replica's settings.</summary>
    public static CodecLimits For(ReplicaSettings settings, MessageFamily? family = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return For(settings.Quorums, settings, family);
    }

    /// <summary>The bounds that follow from a cluster's membership and limits.</summary>
    public static CodecLimits For(Quorums quorums, ReplicationLimits limits, MessageFamily? family = null)
    {
        ArgumentNullException.ThrowIfNull(quorums);
        ArgumentNullException.ThrowIfNull(limits);
        return new CodecLimits
        {
            Replicas = quorums.Replicas,
            Family = family,
            OperationBytesMax = limits.OperationBytesMax,
            ReplyBytesMax = limits.ReplyBytesMax,
            BatchRequestsMax = limits.BatchRequestsMax,
            BatchBytesMax = limits.BatchBytesMax,
            ChunkBytesMax = limits.ChunkBytes,
            EvidenceMax = EvidenceMaxOf(limits),
            OtherValuesMax = OtherValuesMaxOf(limits),
        };
    }

    /// <summary>
    /// Whether a SYNC of n of the largest STOPDATA fits into a frame: where it does not, a change of leader may be
    /// impossible.
    /// </summary>
    public bool HasRoomForSync => EnvelopeBytesMax + (long)Replicas * StopDataBytesMax <= FrameBytesCeiling;

    private static int EvidenceMaxOf(ReplicationLimits limits) => 4 * (limits.CheckpointPeriod + limits.Window);

    private static int OtherValuesMaxOf(ReplicationLimits limits) => limits.Window * WriteSetMax;

    private static int Frame(long bytes) => (int)Math.Min(bytes, FrameBytesCeiling);
}
