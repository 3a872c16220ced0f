using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>A run is not what was written, or is no run.</summary>
internal sealed class RunDamagedException(Digest root, int chunk, string what)
    : Exception($"The run {root} is damaged in chunk {chunk}: {what}.")
{
    public Digest Root { get; } = root;

    public int Chunk { get; } = chunk;
}
