namespace DepSky;

/// <summary>What is known of a version.</summary>
public sealed record ObjectDescription
{
    /// <summary>The unit.</summary>
    public required string Unit { get; init; }

    /// <summary>Which version it is.</summary>
    public required ObjectVersion Version { get; init; }

    /// <summary>The content's length, in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When it was written, by the writer's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What clouds can learn.</summary>
    public required DataProtection Protection { get; init; }

    /// <summary>How many segments it was cut into.</summary>
    public required int Segments { get; init; }

    /// <summary>The length of all blocks that clouds had acknowledged when it was complete, in bytes.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>What clouds did wrong, though it could be made up for.</summary>
    public IReadOnlyList<CloudFault> Faults { get; init; } = [];
}
