namespace BftSmr.Runs;

/// <summary>
/// The results of merges that are made before they are due. Invariant: those of merges that the latest manifest plans
/// are kept, and no others.
/// </summary>
internal sealed class MergeResults
{
    private readonly Dictionary<string, RunDescription?> _results = [];

    /// <summary>The runs that no manifest names yet.</summary>
    public IEnumerable<RunDescription> Runs => _results.Values.OfType<RunDescription>();

    /// <summary>
    /// The result of a merge, made now unless it was made before; null if nothing is left of its runs.
    /// </summary>
    /// <param name="manifest">Plans the merge.</param>
    /// <param name="merge">The merge.</param>
    /// <param name="make">Makes it.</param>
    public RunDescription? Of(Manifest manifest, PlannedMerge merge, Func<RunDescription?> make)
    {
        string name = merge.NameIn(manifest);
        if (!_results.TryGetValue(name, out RunDescription? result)) _results.Add(name, result = make());
        return result;
    }

    /// <summary>A manifest follows on the one before: what it does not plan any more is forgotten.</summary>
    public void Keep(Manifest latest)
    {
        HashSet<string> planned = [.. latest.Merges.Select(merge => merge.NameIn(latest))];
        foreach (string done in _results.Keys.Where(name => !planned.Contains(name)).ToList()) _results.Remove(done);
    }

    /// <summary>Their runs are gone.</summary>
    public void Clear() => _results.Clear();
}
