using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>A run as a manifest lists it.</summary>
/// <param name="Root">The root of its chunks, which names it.</param>
/// <param name="Bytes">Its length, at least 1.</param>
/// <param name="Level">How often what is in it was merged: 0 for what one checkpoint touched, and
/// <see cref="BottomLevel"/> for all there was.</param>
internal sealed record RunDescription(Digest Root, long Bytes, int Level)
{
    /// <summary>Above every other: a level is reached by at least four times the runs of the one below.</summary>
    public const int BottomLevel = 40;
}
