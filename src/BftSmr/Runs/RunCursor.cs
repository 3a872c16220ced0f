namespace BftSmr.Runs;

/// <summary>
/// Changes of a state in the order of their keys: each key once, but that a removal of all that begins with it may
/// stand before. What it shows is valid until it moves on.
/// </summary>
internal abstract class RunCursor : IDisposable
{
    /// <summary>Bytes of the longest key: of a service's, behind the byte that says that it is the service's.</summary>
    public const int KeyBytesMax = StateChange.KeyBytesMax + 1;

    /// <summary>
    /// Bytes of the longest value: a session's, with the longest reply that a cluster may allow, and others beside it.
    /// A service's are shorter (<see cref="StateChange.ValueBytesMax"/>).
    /// </summary>
    public const int ValueBytesMax = 33 << 20;

    public StateChangeKind Kind { get; protected set; }

    public abstract ReadOnlySpan<byte> Key { get; }

    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>Goes to the next change, at first to the first one; false at the end.</summary>
    public abstract bool MoveNext();

    public abstract void Dispose();

    /// <summary>
    /// How two changes stand to each other: by key, and of one key the removal of all that begins with it first.
    /// </summary>
    public static int Compare(
        ReadOnlySpan<byte> key, StateChangeKind kind, ReadOnlySpan<byte> otherKey, StateChangeKind otherKind)
    {
        int order = key.SequenceCompareTo(otherKey);
        return order != 0 ? order : RankOf(kind) - RankOf(otherKind);
    }

    private static int RankOf(StateChangeKind kind) => kind == StateChangeKind.RemoveAll ? 0 : 1;
}
