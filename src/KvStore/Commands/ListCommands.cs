using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on lists: elements in a sequence under one key.</summary>
internal static class ListCommands
{
    /// <summary>The end of a list that a command works at, as an argument.</summary>
    public const int First = 0;

    /// <summary>As <see cref="First"/>: the other end.</summary>
    public const int Last = 1;

    public static void Push(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(First, Last, out long side)
            || !c.TryInteger(0, 1, out long onlyIfPresent)
            || !c.TryValuesAhead() || !c.TryFind(key, out KvEntry? entry, out KvList? _) || !c.TryGrow()) return;
        if (entry is null && onlyIfPresent == 1)
        {
            c.Reply.WriteInteger(0);
            return;
        }
        KvList list = Edit(ref c, key, ref entry);
        while (c.ArgumentCount > 0)
        {
            c.TryValue(out ReadOnlySpan<byte> element);
            Push(list, side, element);
        }
        c.State.Changed(entry);
        c.Reply.WriteInteger(list.Count);
    }

    /// <summary>
    /// Takes elements off one end: one, told as a value, or up to a number of them, told as an array.
    /// </summary>
    public static void Pop(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(First, Last, out long side)) return;
        bool counted = c.ArgumentCount > 0;
        long countMax = 1;
        if (counted && !c.TryInteger(0, long.MaxValue, out countMax)
            || !c.TryEnd() || !c.TryFind(key, out KvEntry? entry, out KvList? found)) return;
        if (found is null)
        {
            c.Reply.WriteNil();
            return;
        }
        int count = (int)Math.Min(countMax, found.Count);
        if (!TryFit(ref c, found, side == First ? 0 : found.Count - count, count) || !c.TryChargeLookups(count)) return;
        if (counted) c.Reply.WriteArray(count);
        if (count > 0) Pop(ref c, key, entry, side, count);
    }

    /// <summary>
    /// Takes elements off one end of the first of several lists that exists. Tells its key, and an array of the
    /// elements.
    /// </summary>
    public static void PopFirst(ref CommandContext c)
    {
        if (!c.TryInteger(First, Last, out long side) || !c.TryInteger(1, long.MaxValue, out long countMax)
            || !c.TryKeysAhead()) return;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            if (!c.TryFind(key, out KvEntry? entry, out KvList? list)) return;
            if (list is null) continue;
            int count = (int)Math.Min(countMax, list.Count);
            if (!TryFit(ref c, list, side == First ? 0 : list.Count - count, count, key.Length)
                || !c.TryChargeLookups(count)) return;
            c.Reply.WriteArray(2);
            c.Reply.WriteBinary(key);
            c.Reply.WriteArray(count);
            Pop(ref c, key, entry, side, count);
            return;
        }
        c.Reply.WriteNil();
    }

    /// <summary>Takes an element off one end of a list and puts it on an end of another, or the same.</summary>
    public static void Move(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> fromKey) || !c.TryKey(out ReadOnlySpan<byte> toKey)
            || !c.TryInteger(First, Last, out long fromSide)
            || !c.TryInteger(First, Last, out long toSide) || !c.TryEnd()
            || !c.TryFind(fromKey, out KvEntry? fromEntry, out KvList? from)) return;
        if (from is null)
        {
            c.Reply.WriteNil();
            return;
        }
        if (!c.TryFind(toKey, out KvEntry? toEntry, out KvList? _) || !c.TryGrow()
            || !TryFit(ref c, from, fromSide == First ? 0 : from.Count - 1, 1)) return;
        bool sameList = fromEntry == toEntry;
        KvList list = Edit(ref c, fromKey, ref fromEntry);
        byte[] element = Pop(list, fromSide);
        c.Reply.WriteBinary(element);
        if (sameList)
        {
            Push(list, toSide, element);
            c.State.Changed(fromEntry);
            return;
        }
        Collections.ChangedOrEmptied(c.State, fromEntry);
        Push(Edit(ref c, toKey, ref toEntry), toSide, element);
        c.State.Changed(toEntry);
    }

    public static void Range(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long start)
            || !c.TryInteger(out long end) || !c.TryEnd()
            || !c.TryFind(key, out _, out KvList? list)) return;
        (int first, int count) = IndexRange.Of(start, end, list?.Count ?? 0);
        if (list is null)
        {
            c.Reply.WriteArray(0);
        }
        else if (TryFit(ref c, list, first, count))
        {
            c.Reply.WriteArray(count);
            for (int i = 0; i < count; i++) c.Reply.WriteBinary(list[first + i]);
        }
    }

    public static void Count(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFind(key, out _, out KvList? list)) return;
        c.Reply.WriteInteger(list?.Count ?? 0);
    }

    public static void Get(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long index)
            || !c.TryEnd() || !c.TryFind(key, out _, out KvList? list)) return;
        if (list is null || !TryResolve(index, list.Count, out int resolved)) c.Reply.WriteNil();
        else if (c.TryFit(list[resolved].Length)) c.Reply.WriteBinary(list[resolved]);
    }

    public static void Set(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long index)
            || !c.TryValue(out ReadOnlySpan<byte> element) || !c.TryEnd()
            || !c.TryFind(key, out KvEntry? entry, out KvList? found) || !c.TryGrow()) return;
        if (found is null)
        {
            c.Fail(KvErrorCode.NoSuchKey);
        }
        else if (!TryResolve(index, found.Count, out int resolved))
        {
            c.Fail(KvErrorCode.IndexOutOfRange);
        }
        else
        {
            Edit(ref c, key, ref entry).Replace(resolved, element);
            c.State.Changed(entry);
            c.Reply.WriteTrue();
        }
    }

    /// <summary>Keeps only the elements in a range.</summary>
    public static void Trim(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long start)
            || !c.TryInteger(out long end) || !c.TryEnd()
            || !c.TryFind(key, out KvEntry? entry, out KvList? found)) return;
        (int first, int count) = IndexRange.Of(start, end, found?.Count ?? 0);
        if (found is not null && count > 0 && !c.TryChargeLookups(found.Count - count)) return;
        c.Reply.WriteTrue();
        if (found is null) return;
        if (count == 0)
        {
            c.State.Remove(entry!);
            return;
        }
        if (count == found.Count) return;
        KvList list = Edit(ref c, key, ref entry);
        for (int i = 0; i < first; i++) list.RemoveFirst();
        while (list.Count > count) list.RemoveLast();
        c.State.Changed(entry);
    }

    private static bool TryFit(ref CommandContext c, KvList list, int first, int count, int keyLength = 0)
    {
        if (!c.TryChargeSteps(count)) return false;
        long length = keyLength;
        for (int i = 0; i < count && length <= KvLimits.ReplyBytesMax; i++)
            length += list[first + i].Length + CanonicalFormat.HeaderBytesMax;
        return c.TryFit(length);
    }

    private static bool TryResolve(long index, int count, out int resolved)
    {
        if (index < 0) index += count;
        resolved = (int)index;
        return index >= 0 && index < count;
    }

    private static void Push(KvList list, long side, ReadOnlySpan<byte> element)
    {
        if (side == First) list.AddFirst(element);
        else list.AddLast(element);
    }

    private static void Pop(ref CommandContext c, ReadOnlySpan<byte> key, KvEntry? entry, long side, int count)
    {
        KvList list = Edit(ref c, key, ref entry);
        for (int i = 0; i < count; i++) c.Reply.WriteBinary(Pop(list, side));
        Collections.ChangedOrEmptied(c.State, entry);
    }

    private static byte[] Pop(KvList list, long side) => side == First ? list.RemoveFirst() : list.RemoveLast();

    public static KvList Edit(ref CommandContext c, ReadOnlySpan<byte> key, [NotNull] ref KvEntry? entry) =>
        (KvList)Collections.Edit(c.State, key, ref entry, static generation => new KvList(generation));
}
