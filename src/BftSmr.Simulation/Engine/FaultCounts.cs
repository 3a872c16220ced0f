namespace BftSmr.Simulation.Engine;

/// <summary>How many faults of each kind were injected.</summary>
internal sealed class FaultCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Count(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    public IReadOnlyDictionary<string, long> ByKind => _counts;
}
