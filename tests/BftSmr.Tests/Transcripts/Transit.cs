using BftCloud.Primitives;

namespace BftSmr.Tests.Transcripts;

/// <summary>A message on its way.</summary>
/// <param name="From">Its sender.</param>
/// <param name="To">Its receiver.</param>
/// <param name="Kind">The name of its type in docs/spec/wire.md.</param>
/// <param name="Text">All of it, as text.</param>
/// <param name="Frame">Its bytes.</param>
internal sealed record Transit(ReplicaId From, ReplicaId To, string Kind, string Text, ReadOnlyMemory<byte> Frame);
