namespace KvStore.State;

/// <summary>A state as it was at a freeze, and what was touched since the one before.</summary>
/// <param name="Header">What the first record has.</param>
/// <param name="IsHeaderTouched">It is not what it was.</param>
/// <param name="Recent">The pages of changes that were touched.</param>
/// <param name="Entries">All entries.</param>
/// <param name="Touched">Which of them were touched.</param>
internal sealed record FrozenState(
    StateHeader Header, bool IsHeaderTouched, TouchedPages Recent, CowTree<KvEntry> Entries, TouchedEntries Touched);
