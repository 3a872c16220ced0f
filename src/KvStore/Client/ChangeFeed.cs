using System.Runtime.CompilerServices;
using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>
/// Follows changes of keys. It has the replicas record changes, renews that in time, and asks what was recorded behind
/// the revision that it has come to. What was not kept for it, it tells.
/// </summary>
internal sealed class ChangeFeed(
    IReplicatedService service, ReadService reads, TimeProvider clock, KvWatchOptions options)
{
    /// <summary>How long changes are recorded for a watch that asks for nothing more.</summary>
    public static readonly TimeSpan Recorded = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_renewed = Recorded / 3;

    private long _recordedAt;

    /// <summary>The changes, until the reader has enough.</summary>
    public async IAsyncEnumerable<KvChange> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long revision = await RecordAsync(cancellationToken).ConfigureAwait(false);
        yield return KvChange.News(KvChangeKind.Begun, revision, 0);
        TimeSpan interval = options.IntervalMin;
        while (true)
        {
            if (clock.GetElapsedTime(_recordedAt) >= s_renewed)
                await RecordAsync(cancellationToken).ConfigureAwait(false);
            ChangePage page = await AskAsync(revision, cancellationToken).ConfigureAwait(false);
            // Without a recording there is a new one to begin, and what changed until then was missed.
            long after = page.After ?? await RecordAsync(cancellationToken).ConfigureAwait(false);
            if (after > revision) yield return KvChange.News(KvChangeKind.Missed, after, after - revision);
            foreach (KvChange change in page.Changes) yield return change;
            revision = page.After is null ? after : page.Next;
            interval = page.Changes.Count > 0 || page.After is null
                ? options.IntervalMin
                : TimeSpan.FromTicks(Math.Min(2 * interval.Ticks, options.IntervalMax.Ticks));
            if (page.IsLast) await Task.Delay(interval, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has changes recorded from now on; the revision at this moment.</summary>
    private async ValueTask<long> RecordAsync(CancellationToken cancellationToken)
    {
        long now = clock.GetTimestamp();
        ByteBuffer operation = new();
        operation.Begin(Opcode.RecordChanges, 1);
        operation.WriteInteger(Recorded.Ticks / TimeSpan.TicksPerMicrosecond);
        long revision = ReplyShape.Integer(
            await service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
        _recordedAt = now;
        return revision;
    }

    private async ValueTask<ChangePage> AskAsync(long since, CancellationToken cancellationToken)
    {
        ByteBuffer query = new();
        query.Begin(Opcode.Changes, 2 + 2 * (options.Keys.Count + options.Prefixes.Count));
        query.WriteInteger(since);
        query.WriteInteger(KvLimits.ListEntriesMax);
        foreach (KvBytes key in options.Keys) WriteName(query, 0, key);
        foreach (KvBytes prefix in options.Prefixes) WriteName(query, 1, prefix);
        ChangePage page = ChangePage.Read(
            await reads.ReadAsync(query.WrittenMemory, cancellationToken).ConfigureAwait(false));
        // A page that does not get on would repeat without end.
        return page.Next > since || page.IsLast && page.Next == since ? page : throw ReplyShape.Unexpected();
    }

    private static void WriteName(ByteBuffer query, int isPrefix, KvBytes name)
    {
        query.WriteInteger(isPrefix);
        query.WriteBinary(name.Span);
    }
}
