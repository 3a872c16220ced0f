namespace DepSky;

/// <summary>What is wrong with an object in a cloud.</summary>
public enum FlawKind
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It is not what the writer stored.</summary>
    Corrupt,

    /// <summary>The cloud could not be asked.</summary>
    Unreachable,

    /// <summary>
    /// The cloud has what the writer gave to another: the clouds stand in another order. It is never overwritten.
    /// </summary>
    Misplaced,
}

/// <summary>Something of a version that a cloud should have intact, and has not.</summary>
/// <param name="Cloud">The cloud's name.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="What">"metadata", "part" (with the share of the key), or "segment N".</param>
/// <param name="Why">What came instead.</param>
public sealed record Flaw(string Cloud, FlawKind Kind, string What, string Why);

/// <summary>What a verification, or a repair, found of a unit's last version.</summary>
public sealed record VerificationReport
{
    /// <summary>The version.</summary>
    public required ObjectDescription Object { get; init; }

    /// <summary>What is wrong with it; after a repair, what still is.</summary>
    public required IReadOnlyList<Flaw> Flaws { get; init; }

    /// <summary>What a repair has mended.</summary>
    public IReadOnlyList<Flaw> Mended { get; init; } = [];

    /// <summary>Whether it can be read with no cloud but these flawless ones.</summary>
    public required bool IsReadable { get; init; }

    /// <summary>Whether all is as it should be.</summary>
    public bool IsSound => Flaws.Count == 0;
}
