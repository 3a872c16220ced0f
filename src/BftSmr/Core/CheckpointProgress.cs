namespace BftSmr.Core;

/// <summary>How far the checkpoint is here that is to take the place of this replica's state.</summary>
/// <param name="Instance">The checkpoint.</param>
/// <param name="BytesHere">Bytes of its runs that are on disk; null while that is being looked for.</param>
/// <param name="Bytes">Bytes of all its runs.</param>
/// <param name="IsLoading">All of it is here, and the host is loading it.</param>
internal sealed record CheckpointProgress(Instance Instance, long? BytesHere, long Bytes, bool IsLoading);
