using System.Globalization;

namespace BftCloud.Simulation;

/// <summary>A promise of the replicated service that was broken.</summary>
/// <param name="Promise">Which one, in a word or two: <c>agreement</c>, <c>exactly once</c>, <c>durability</c>,
/// <c>linearizability</c>, <c>liveness</c>…</param>
/// <param name="Description">What was seen that must not be.</param>
/// <param name="Seed">The seed that shows it again.</param>
/// <param name="AtMicros">Virtual time, microseconds since the start.</param>
/// <param name="Trace">The last part of the story, oldest line first.</param>
public sealed record Violation(
    string Promise, string Description, ulong Seed, long AtMicros, IReadOnlyList<string> Trace)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"seed {Seed} at {AtMicros / 1e6:F6} s: {Promise}: {Description}");
}
