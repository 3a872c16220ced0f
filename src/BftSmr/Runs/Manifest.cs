using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>
/// What a checkpoint consists of: runs, which applied to nothing, oldest first, are the state; and the merges that are
/// under way. A function of the decided batches up to its instance, and so equal at all correct replicas.
/// </summary>
/// <param name="number">The number of the checkpoint, from 1.</param>
/// <param name="instance">The last instance whose effects are in it.</param>
/// <param name="runs">The runs, oldest first.</param>
/// <param name="merges">The merges, by place; no run is in two of them.</param>
internal sealed class Manifest(
    long number, Instance instance, IReadOnlyList<RunDescription> runs, IReadOnlyList<PlannedMerge> merges)
    : IEquatable<Manifest>
{
    /// <summary>The most runs of a state; the policy of merging keeps far below.</summary>
    public const int RunsMax = 256;

    private readonly Lazy<(ReadOnlyMemory<byte> Encoded, Digest Root)> _bytes = new(() =>
    {
        ReadOnlyMemory<byte> encoded = ManifestCodec.Encode(number, instance, runs, merges);
        return (encoded, ManifestCodec.RootOf(encoded.Span));
    });

    /// <summary>Before the first checkpoint: no state.</summary>
    public static Manifest Initial { get; } = new(0, Instance.Zero, [], []);

    public long Number => number;

    public Instance Instance => instance;

    public IReadOnlyList<RunDescription> Runs => runs;

    public IReadOnlyList<PlannedMerge> Merges => merges;

    /// <summary>Bytes of all runs.</summary>
    public long Bytes { get; } = runs.Sum(static run => run.Bytes);

    /// <summary>Its bytes, which replicas send each other.</summary>
    public ReadOnlyMemory<byte> Encoded => _bytes.Value.Encoded;

    /// <summary>What CHECKPOINT signs.</summary>
    public Digest Root => _bytes.Value.Root;

    public bool Equals(Manifest? other) => other is not null && Root == other.Root;

    public override bool Equals(object? obj) => Equals(obj as Manifest);

    public override int GetHashCode() => Root.GetHashCode();

    public override string ToString() => $"manifest of {instance} ({runs.Count} runs, {Bytes} bytes)";
}
