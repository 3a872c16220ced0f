namespace BftSmr.Storage;

/// <summary>What has to be intact of a segment of the log.</summary>
/// <param name="Number">The segment's number.</param>
/// <param name="Path">Its file.</param>
/// <param name="End">All before this offset was on disk.</param>
internal sealed record LogStretch(long Number, string Path, long End);
