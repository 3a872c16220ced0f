using BftCloud.Primitives;

namespace DepSky;

/// <summary>How a client works.</summary>
public sealed record DepSkyOptions
{
    /// <summary>
    /// The clouds: 3f+1 or more, at most <see cref="CloudQuorums.CloudsMax"/>, their names all different. Their order
    /// is part of what is stored: cloud i holds block i. The client disposes of them.
    /// </summary>
    public required IReadOnlyList<ICloud> Clouds { get; init; }

    /// <summary>f: how many of them may be faulty in any way.</summary>
    public int Faulty { get; init; } = 1;

    /// <summary>What clouds may learn of what this client writes.</summary>
    public DataProtection Protection { get; init; } = DataProtection.Confidential;

    /// <summary>In how many clouds blocks are stored.</summary>
    public QuorumMode Quorum { get; init; } = QuorumMode.Preferred;

    /// <summary>The key by which versions are signed; readers believe nothing else.</summary>
    public required PublicKey WriterPublicKey { get; init; }

    /// <summary>Its secret half; null for a client that only reads. The caller disposes of it.</summary>
    public KeyPair? WriterKey { get; init; }

    /// <summary>
    /// The secret that readers share and clouds do not have; null if the clouds' shares alone give the key. The caller
    /// disposes of it.
    /// </summary>
    public ReaderKey? ReaderKey { get; init; }

    /// <summary>
    /// The content's bytes in a segment: 4 KiB to 64 MiB. A client's memory for segments is about that times n/(f+1),
    /// for each of those that it works on at a time and one more: 40 MiB with four clouds.
    /// </summary>
    public int SegmentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many segments are encoded, stored or fetched at a time: 1 to 16.</summary>
    public int SegmentsAhead { get; init; } = 4;

    /// <summary>How long a single request to a cloud may take before it counts as failed.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a superseded version is kept at least, for its readers; also how long an unfinished upload can be
    /// resumed.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where the time comes from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">Says what is wrong.</exception>
    internal void Validate()
    {
        if (Clouds.Count > CloudQuorums.CloudsMax || Faulty < 0 || Clouds.Count < 3 * Faulty + 1)
            throw new ArgumentException(
                $"{Clouds.Count} clouds cannot tolerate {Faulty} faulty ones: "
                + $"there must be {3 * Faulty + 1} to {CloudQuorums.CloudsMax}.");
        if (Clouds.Select(cloud => cloud.Name).Distinct(StringComparer.Ordinal).Count() != Clouds.Count)
            throw new ArgumentException("Every cloud needs a name of its own.");
        if (WriterKey is not null && WriterKey.PublicKey != WriterPublicKey)
            throw new ArgumentException("The writer's secret key does not belong to its public key.");
        if (SegmentBytes is < SegmentShape.SegmentBytesMin or > SegmentShape.SegmentBytesMax)
            throw new ArgumentException(
                $"Segments have {SegmentShape.SegmentBytesMin} to {SegmentShape.SegmentBytesMax} bytes, "
                + $"not {SegmentBytes}.");
        if (SegmentsAhead is < 1 or > 16)
            throw new ArgumentException($"1 to 16 segments are worked on at a time, not {SegmentsAhead}.");
        if (CallTimeout <= TimeSpan.Zero || Retention < TimeSpan.Zero)
            throw new ArgumentException("Times must be positive.");
    }
}
