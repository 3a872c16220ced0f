using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>What is to be read.</summary>
internal sealed record ReadRequest
{
    public required UnitLayout Layout { get; init; }

    public required CloudQuorums Quorums { get; init; }

    public required PublicKey Writer { get; init; }

    /// <summary>Whether the content is wanted, or what is known of it.</summary>
    public bool WithContent { get; init; } = true;

    /// <summary>The first byte that is wanted.</summary>
    public long OffsetBytes { get; init; }

    /// <summary>How many bytes are wanted; fewer are there if the content ends before.</summary>
    public long LengthBytes { get; init; } = long.MaxValue;

    /// <summary>How long a superseded version is kept for readers without a lease.</summary>
    public long RetentionMicros { get; init; } = long.MaxValue / 8;

    /// <summary>Tells this reader's lease from others'.</summary>
    public UInt128 Reader { get; init; }

    /// <summary>How many segments are fetched at a time; bounds memory.</summary>
    public int SegmentsAhead { get; init; } = 3;

    /// <summary>The first segment of the range, and the one after its last.</summary>
    public (int First, int End) Segments(ObjectMetadata metadata)
    {
        long end = Math.Min(LengthBytes, long.MaxValue - OffsetBytes) + OffsetBytes;
        end = Math.Min(end, metadata.SizeBytes);
        if (OffsetBytes >= end) return (0, 0);
        return ((int)(OffsetBytes / metadata.SegmentBytes), (int)((end - 1) / metadata.SegmentBytes) + 1);
    }
}
