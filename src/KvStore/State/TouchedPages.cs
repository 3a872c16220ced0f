namespace KvStore.State;

/// <summary>The pages of recorded changes that were touched between two freezes, each by its first revision.</summary>
/// <param name="Gone">Those that were there before, ascending. All come before the written ones.</param>
/// <param name="Written">Those that are new or longer, ascending, as they are.</param>
internal readonly record struct TouchedPages(
    IReadOnlyList<long> Gone, IReadOnlyList<(long First, ReadOnlyMemory<byte> Page)> Written);
