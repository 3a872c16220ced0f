using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands by which clients follow changes.</summary>
internal static class ChangeCommands
{
    // Looking at sixteen names costs about as much as walking past a change.
    private const int NamesPerStep = 16;

    /// <summary>Records changes from now on, for some time. Replies the revision.</summary>
    public static void Record(ref CommandContext c)
    {
        if (!c.TryInteger(1, KvLimits.RecordMicrosMax, out long periodMicros) || !c.TryEnd()) return;
        c.State.Recent.Record(periodMicros, c.State.Revision);
        c.Reply.WriteInteger(c.State.Revision);
    }

    /// <summary>
    /// The recorded changes behind a revision, of keys and prefixes. Replies them, the revision behind which all are
    /// kept or nil, the revision to go on behind, and the state's revision.
    /// </summary>
    public static void Tell(ref CommandContext c)
    {
        if (!c.TryInteger(0, long.MaxValue, out long since) || !c.TryInteger(1, KvLimits.ListEntriesMax, out long limit)
            || !TryNames(ref c, out ReadOnlyMemory<byte> names, out int count)
            || !c.TryCharge(KvLimits.RecentPageBytes) || !c.TryChargeSteps(limit * (1 + count / NamesPerStep))
            || !c.TryFit(0, 4)) return;
        int start = c.Reply.Length;
        c.Reply.WriteArray(4);
        int first = c.Reply.Length;
        long next = since;
        int told = 0;
        bool isAll = TryWrite(ref c, names, count, limit, ref next, ref told);
        if (!isAll && next == since)
        {
            c.Reply.Length = start;
            c.Fail(KvErrorCode.ReplyTooLong);
            return;
        }
        c.Reply.InsertArray(first, told);
        RecentChanges recent = c.State.Recent;
        if (recent.IsOn) c.Reply.WriteInteger(recent.After);
        else c.Reply.WriteNil();
        c.Reply.WriteInteger(isAll ? c.State.Revision : next);
        c.Reply.WriteInteger(c.State.Revision);
    }

    private static bool TryNames(ref CommandContext c, out ReadOnlyMemory<byte> names, out int count)
    {
        names = c.Arguments.Rest;
        count = c.ArgumentCount / 2;
        if (count is < 1 or > KvLimits.WatchedMax) return c.Malformed();
        for (int i = 0; i < count; i++)
            if (!c.TryInteger(0, 1, out _) || !c.TryKey(out _)) return false;
        return c.TryEnd();
    }

    /// <summary>Writes the changes. False if there are more, behind the revision that it came to.</summary>
    private static bool TryWrite(
        ref CommandContext c, ReadOnlyMemory<byte> names, int count, long limit, ref long next, ref int told)
    {
        long since = next;
        foreach (RecentPage page in c.State.Recent.Pages)
        {
            if (page.LastRevision <= since) continue;
            CanonicalReader reader = new(page.Written);
            while (RecentChange.TryRead(ref reader, out RecentChange change))
            {
                if (change.Revision <= since) continue;
                bool shows = Shows(change, names, count);
                if (limit-- == 0 || shows && !c.Fits(change.Record.Length + 4 * CanonicalFormat.HeaderBytesMax))
                    return false;
                next = change.Revision;
                if (!shows) continue;
                c.Reply.WriteElements(change.Record.Span);
                told++;
            }
        }
        return true;
    }

    private static bool Shows(RecentChange change, ReadOnlyMemory<byte> names, int count)
    {
        if (change.Kind == KvChangeKind.Cleared) return true;
        ReadOnlySpan<byte> key = change.Key.Span;
        CanonicalReader reader = new(names);
        while (count-- > 0 && reader.TryReadInteger(out long isPrefix)
            && reader.TryReadBinary(out ReadOnlySpan<byte> name))
        {
            if (isPrefix == 1 ? key.StartsWith(name) : key.SequenceEqual(name)) return true;
        }
        return false;
    }
}
