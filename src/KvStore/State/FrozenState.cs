namespace KvStore.State;

/// <summary>A state as it was at a freeze, and what was touched since the one before.</summary>
/// <param name="Header">Null if it is the same as it was.</param>
/// <param name="Recent">The pages of changes that were touched.</param>
/// <param name="Entries">All entries.</param>
/// <param name="Touched">Which of them were touched.</param>
internal sealed record FrozenState(
    StateHeader? Header, TouchedPages Recent, CowTree<KvEntry> Entries, TouchedEntries Touched);
