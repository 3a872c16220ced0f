using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// What the writer signs about a version: all that is needed to find its blocks and shares, and to check each of them.
/// </summary>
internal sealed record ObjectMetadata
{
    public required string Unit { get; init; }

    public required VersionId Id { get; init; }

    /// <summary>
    /// The attempt whose blocks and parts hold the content: <see cref="Id"/>, except where a holder of the lock has
    /// only taken over what it found.
    /// </summary>
    public required VersionId Data { get; init; }

    public required DataProtection Protection { get; init; }

    public required int Clouds { get; init; }

    public required int Faulty { get; init; }

    /// <summary>By the writer's clock, in milliseconds of the Unix epoch.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>The unit was removed: there is no content.</summary>
    public required bool IsDeleted { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>The content's bytes in every segment but the last, which may be shorter.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>Whether blocks are of a key that the unit's reader key goes into.</summary>
    public required bool NeedsReaderKey { get; init; }

    /// <summary>Of each cloud's share of the key; empty if the content is not encrypted.</summary>
    public required IReadOnlyList<Digest> ShareDigests { get; init; }

    public required IReadOnlyList<SegmentDigests> Segments { get; init; }

    public CloudQuorums Quorums => new(Clouds, Faulty);

    public int BlocksNeeded => Quorums.BlocksNeeded(Protection);

    /// <summary>The cloud that the writer gave this share to; null if none.</summary>
    public int? OwnerOfShare(ReadOnlyMemory<byte> share)
    {
        for (int cloud = 0; cloud < ShareDigests.Count; cloud++)
        {
            if (PartRecord.IsShare(share, ShareDigests[cloud])) return cloud;
        }
        return null;
    }

    /// <summary>The content's bytes in a segment.</summary>
    public int ContentBytes(int segment) => (int)Math.Min(SegmentBytes, SizeBytes - (long)segment * SegmentBytes);

    /// <summary>The length of each block of a segment.</summary>
    public int BlockBytes(int segment) => SegmentShape.BlockBytes(Protection, BlocksNeeded, ContentBytes(segment));
}

/// <summary>The blocks of a segment.</summary>
/// <param name="Holders">The clouds that had acknowledged theirs when the version was completed, a bit each.</param>
/// <param name="Blocks">The digest of each cloud's block; one for all if every cloud holds the same.</param>
internal readonly record struct SegmentDigests(ushort Holders, IReadOnlyList<Digest> Blocks)
{
    public bool IsHeldBy(int cloud) => (Holders >> cloud & 1) != 0;

    public Digest Block(int cloud) => Blocks[Blocks.Count == 1 ? 0 : cloud];
}
