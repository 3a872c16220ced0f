namespace BftSmr.Runs;

/// <summary>
/// Runs that will be one. Each replica merges them at a time of its own, before the checkpoint from which on the result
/// stands in their place.
/// </summary>
/// <param name="First">The place of the oldest of them in the manifest.</param>
/// <param name="Count">How many they are, at least 2.</param>
/// <param name="Level">The level of the result.</param>
/// <param name="Due">The number of that checkpoint.</param>
internal sealed record PlannedMerge(int First, int Count, int Level, long Due)
{
    public int End => First + Count;

    /// <summary>Nothing older is left below them: removals have done their work.</summary>
    public bool IsBottom => First == 0;

    /// <summary>Its inputs in a manifest, oldest first.</summary>
    public IEnumerable<RunDescription> InputsIn(Manifest manifest) => manifest.Runs.Skip(First).Take(Count);

    /// <summary>What tells its result from that of any other merge.</summary>
    public string NameIn(Manifest manifest) =>
        $"{Level}{(IsBottom ? '=' : '<')}{string.Join('+', InputsIn(manifest).Select(static run => run.Root))}";
}
