using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>A change as it is recorded: <c>[revision, time, kind, key, size, value]</c>.</summary>
/// <param name="Revision">The state's revision after it.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The key; empty if all were deleted.</param>
/// <param name="Record">All of it.</param>
internal readonly record struct RecentChange(
    long Revision, KvChangeKind Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Record)
{
    /// <summary>Reads the next record. False if it is none that is ever written.</summary>
    public static bool TryRead(ref CanonicalReader reader, out RecentChange change)
    {
        change = default;
        int start = reader.Position;
        if (!reader.TryReadArray(6) || !reader.TryReadInteger(1, long.MaxValue, out long revision)
            || !reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out _)
            || !reader.TryReadInteger((long)KvChangeKind.Deleted, (long)KvChangeKind.Cleared, out long kind))
            return false;
        ReadOnlyMemory<byte> key = default;
        bool isCleared = (KvChangeKind)kind == KvChangeKind.Cleared;
        if (isCleared ? !reader.TryReadNil() : !reader.TryReadBinary(KvLimits.KeyBytesMax, out key)) return false;
        if (!reader.TryReadInteger(0, long.MaxValue, out _)) return false;
        bool isString = (KvChangeKind)kind == KvChangeKind.String;
        if (isString ? !reader.TryReadBinary(KvLimits.ChangeValueBytesMax, out _) : !reader.TryReadNil()) return false;
        change = new RecentChange(revision, (KvChangeKind)kind, key, reader.Since(start));
        return true;
    }
}
