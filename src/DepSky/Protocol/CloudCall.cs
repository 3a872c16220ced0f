using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// What a core asks of one cloud. Blocks stay with the host: the core names the segment, the host has or keeps its
/// bytes.
/// </summary>
internal abstract record CloudCall(int Cloud, string Name);

/// <summary>Name what begins with <see cref="CloudCall.Name"/>. Answered by <see cref="Listed"/>.</summary>
internal sealed record ListCall(int Cloud, string Prefix) : CloudCall(Cloud, Prefix);

/// <summary>Read a small object, of no more than so many bytes. Answered by <see cref="Got"/>.</summary>
internal sealed record GetCall(int Cloud, string Name, int BytesMax) : CloudCall(Cloud, Name);

/// <summary>Store a small object. Answered by <see cref="Done"/>.</summary>
internal sealed record PutCall(int Cloud, string Name, ReadOnlyMemory<byte> Content) : CloudCall(Cloud, Name);

/// <summary>Delete an object. Answered by <see cref="Done"/>.</summary>
internal sealed record DeleteCall(int Cloud, string Name) : CloudCall(Cloud, Name);

/// <summary>
/// Read the cloud's block of a segment, and keep it if its digest is this one. Answered by <see cref="Done"/>, or by
/// <see cref="Failed"/> if it is anything else.
/// </summary>
internal sealed record GetBlockCall(
    int Cloud, string Name, int Segment, int BlockBytes, Digest Digest) : CloudCall(Cloud, Name);

/// <summary>Store the cloud's block of a segment that the host has encoded. Answered by <see cref="Done"/>.</summary>
internal sealed record PutBlockCall(int Cloud, string Name, int Segment) : CloudCall(Cloud, Name);
