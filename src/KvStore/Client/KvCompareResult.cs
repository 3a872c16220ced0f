namespace KvStore;

/// <summary>How a compare-and-set ended.</summary>
/// <param name="Swapped">What was expected was there, and was replaced.</param>
/// <param name="Actual">If not: the value that was there instead; null if there was none.</param>
public sealed record KvCompareResult(bool Swapped, ReadOnlyMemory<byte>? Actual);
