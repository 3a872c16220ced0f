namespace BftSmr.Hosting;

/// <summary>How far the checkpoint is here that takes the place of a replica's state.</summary>
/// <param name="Instance">The checkpoint: the last instance whose effects are in it.</param>
/// <param name="BytesHad">
/// While it is fetched, the bytes of it that are on this disk, whether they were fetched or there before. While it is
/// loaded, the bytes read. Null until that is known.
/// </param>
/// <param name="BytesNeeded">
/// While it is fetched, all its bytes. While it is loaded, the bytes to read: each is read twice, to be checked and to
/// be loaded.
/// </param>
/// <param name="BytesPerSecond">
/// How fast <paramref name="BytesHad"/> grew in the last five seconds; null just after it began.
/// </param>
public sealed record BftCheckpointProgress(Instance Instance, long? BytesHad, long BytesNeeded, double? BytesPerSecond);
