using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>The reply to a question for changes.</summary>
/// <param name="Changes">Those of the keys asked about, in order.</param>
/// <param name="After">All later revisions' changes are kept; null: none are recorded.</param>
/// <param name="Next">The revision up to which this page tells.</param>
/// <param name="IsLast">That is the store's revision.</param>
internal sealed record ChangePage(IReadOnlyList<KvChange> Changes, long? After, long Next, bool IsLast)
{
    public static ChangePage Read(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = ReplyShape.Begin(reply);
        if (!reader.TryReadArray(4) || !reader.TryReadArray(out int count)) throw ReplyShape.Unexpected();
        List<KvChange> changes = [];
        while (count-- > 0) changes.Add(ReadChange(ref reader));
        long? after = null;
        if (!reader.TryReadNil())
            after = reader.TryReadInteger(0, long.MaxValue, out long kept) ? kept : throw ReplyShape.Unexpected();
        if (!reader.TryReadInteger(0, long.MaxValue, out long next)
            || !reader.TryReadInteger(next, long.MaxValue, out long revision)) throw ReplyShape.Unexpected();
        return new ChangePage(changes, after, next, next == revision);
    }

    private static KvChange ReadChange(ref CanonicalReader reader)
    {
        if (!reader.TryReadArray(6) || !reader.TryReadInteger(1, long.MaxValue, out long revision)
            || !reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out long micros)
            || !reader.TryReadInteger((long)KvChangeKind.Deleted, (long)KvChangeKind.Cleared, out long kind))
            throw ReplyShape.Unexpected();
        ReadOnlyMemory<byte> key = ReplyShape.Value(ref reader) ?? default;
        if (!reader.TryReadInteger(0, long.MaxValue, out long size)) throw ReplyShape.Unexpected();
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
        return new KvChange((KvChangeKind)kind, revision, time, key, size, ReplyShape.Value(ref reader));
    }
}
