using System.Diagnostics.CodeAnalysis;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on sets of members under one key.</summary>
internal static class SetCommands
{
    public static void Add(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead()
            || !c.TryFind(key, out KvEntry? entry, out KvSet? found) || !c.TryGrow()) return;
        int added = 0;
        KvSet? set = null;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> member);
            if ((set ?? found) is { } current && current.Contains(member)) continue;
            set ??= Edit(ref c, key, ref entry);
            set.Add(member);
            added++;
        }
        if (set is not null) c.State.Changed(entry!);
        c.Reply.WriteInteger(added);
    }

    public static void Remove(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead()
            || !c.TryFind(key, out KvEntry? entry, out KvSet? found)) return;
        int removed = 0;
        KvSet? set = null;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> member);
            if (found is null || !(set ?? found).Contains(member)) continue;
            set ??= Edit(ref c, key, ref entry);
            set.Remove(member);
            removed++;
        }
        if (set is not null) Collections.ChangedOrEmptied(c.State, entry!);
        c.Reply.WriteInteger(removed);
    }

    /// <summary>Moves a member from one set to another, if it is in the first.</summary>
    public static void Move(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> fromKey) || !c.TryKey(out ReadOnlySpan<byte> toKey)
            || !c.TryKey(out ReadOnlySpan<byte> member) || !c.TryEnd()
            || !c.TryFind(fromKey, out KvEntry? fromEntry, out KvSet? from)) return;
        if (from is null)
        {
            c.Reply.WriteInteger(0);
            return;
        }
        if (!c.TryFind(toKey, out KvEntry? toEntry, out KvSet? to) || !c.TryGrow()) return;
        bool moves = from.Contains(member);
        c.Reply.WriteInteger(moves ? 1 : 0);
        if (!moves || fromEntry == toEntry) return;
        Edit(ref c, fromKey, ref fromEntry).Remove(member);
        Collections.ChangedOrEmptied(c.State, fromEntry);
        if (to is not null && to.Contains(member)) return;
        Edit(ref c, toKey, ref toEntry).Add(member);
        c.State.Changed(toEntry);
    }

    public static void Members(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFind(key, out _, out KvSet? set)) return;
        int count = set?.Count ?? 0;
        if (!c.TryChargeSteps(count)) return;
        if (set is not null && !c.TryFit(set.Bytes - (long)count * KvLimits.ElementOverheadBytes, count)) return;
        c.Reply.WriteArray(count);
        if (set is null) return;
        CowTreeCursor<KvSet.Present> cursor = set.Walk();
        while (cursor.MoveNext()) c.Reply.WriteBinary(cursor.Key);
    }

    public static void Contains(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead() || !c.TryFind(key, out _, out KvSet? set))
            return;
        int start = c.Reply.Length, count = c.ArgumentCount;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> member);
            if (!c.Fits(c.ArgumentCount))
            {
                c.Reply.Length = start;
                c.Fail(KvErrorCode.ReplyTooLong);
                return;
            }
            c.Reply.WriteInteger(set is not null && set.Contains(member) ? 1 : 0);
        }
        c.Reply.InsertArray(start, count);
    }

    public static void Count(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFind(key, out _, out KvSet? set)) return;
        c.Reply.WriteInteger(set?.Count ?? 0);
    }

    /// <summary>
    /// Members, after a member, in order. The first element of the reply is the member after which to go on, or nil.
    /// </summary>
    public static void List(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)
            || !Collections.TryReadPage(ref c, out ReadOnlySpan<byte> after, out bool continues, out int limit)
            || !c.TryFind(key, out _, out KvSet? set)) return;
        Page page = new(c.Reply.Length, limit);
        if (set is not null)
        {
            CowTreeCursor<KvSet.Present> cursor = set.Walk();
            if (continues) cursor.Seek(after);
            while (cursor.MoveNext())
            {
                if (continues && after.SequenceEqual(cursor.Key)) continue;
                if (!page.TryAdd(ref c, cursor.Key, 1)) break;
                c.Reply.WriteBinary(cursor.Key);
            }
        }
        page.End(ref c);
    }

    private static KvSet Edit(ref CommandContext c, ReadOnlySpan<byte> key, [NotNull] ref KvEntry? entry) =>
        (KvSet)Collections.Edit(c.State, key, ref entry, static generation => new KvSet(generation));
}
