using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>The content to write, and the key that signs it. The host drew all that is random in it.</summary>
internal sealed record WriteRequest
{
    public required UnitLayout Layout { get; init; }

    public required CloudQuorums Quorums { get; init; }

    public required DataProtection Protection { get; init; }

    public QuorumMode Quorum { get; init; } = QuorumMode.Preferred;

    public required KeyPair Writer { get; init; }

    /// <summary>Never used before.</summary>
    public required UInt128 Attempt { get; init; }

    public required int SegmentBytes { get; init; }

    /// <summary>Each cloud's share of the version's key; null if it has none.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>>? Shares { get; init; }

    public bool NeedsReaderKey { get; init; }

    /// <summary>The version that an interrupted upload chose, to go on with; null for a new one.</summary>
    public VersionId? Resumed { get; init; }

    /// <summary>The version says that the unit is removed.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>The epoch of the lock under which it is written; null if it is written without one.</summary>
    public uint? LockEpoch { get; init; }

    public ReadOnlyMemory<byte> Share(int cloud) => Shares?[cloud] ?? default;
}
