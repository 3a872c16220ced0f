namespace KvStore.State;

/// <summary>
/// The copy-on-write clock of one state. Every node, chunk and entry carries the generation in which it was made. What
/// carries the current generation belongs to the live state alone and may be changed in place; anything older may be
/// seen by a frozen view and is copied before its first change. Freezing is therefore one increment.
/// </summary>
internal sealed class Generation
{
    /// <summary>The generation that may be changed in place.</summary>
    public long Current { get; private set; } = 1;

    /// <summary>From here on everything there is counts as frozen.</summary>
    public void Freeze() => Current++;
}
