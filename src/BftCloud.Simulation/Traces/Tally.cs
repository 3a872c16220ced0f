namespace BftCloud.Simulation;

/// <summary>How often each kind of thing happened.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Count(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    public IReadOnlyDictionary<string, long> ByKind => _counts;
}
