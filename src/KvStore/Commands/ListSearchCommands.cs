using System.Runtime.InteropServices;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// Commands on the elements of a list that have a value. They charge a step for each element that they look at, and for
/// each that moves as for one that is changed.
/// </summary>
internal static class ListSearchCommands
{
    /// <summary>Before the element that is looked for, as an argument.</summary>
    public const int Before = 0;

    /// <summary>As <see cref="Before"/>: after it.</summary>
    public const int After = 1;

    /// <summary>The count of <see cref="Position"/> that asks for one index, told as an integer.</summary>
    public const int Single = -1;

    private const int NotFound = -1;

    /// <summary>
    /// Removes elements of a value: up to so many from the first on, or for a negative count from the last on; 0 for
    /// all. Replies how many there were.
    /// </summary>
    public static void Remove(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long count)
            || !c.TryValue(out ReadOnlySpan<byte> element) || !c.TryEnd()
            || !c.TryFind(key, out KvEntry? entry, out KvList? found)) return;
        List<int> indices = [];
        long wanted = count is 0 or long.MinValue ? long.MaxValue : Math.Abs(count);
        for (int i = 0; found is not null && i < found.Count && indices.Count < wanted; i++)
        {
            if (!c.TryChargeSteps(1)) return;
            int index = count < 0 ? found.Count - 1 - i : i;
            if (element.SequenceEqual(found[index])) indices.Add(index);
        }
        if (count < 0) indices.Reverse();
        ReadOnlySpan<int> ascending = CollectionsMarshal.AsSpan(indices);
        if (indices.Count > 0 && indices.Count == found!.Count)
        {
            c.State.Remove(entry!);
        }
        else if (indices.Count > 0)
        {
            long changed = (long)found!.MovedByRemoval(ascending) + indices.Count;
            if (!c.TryChargeLookups(changed)) return;
            ListCommands.Edit(ref c, key, ref entry).Remove(ascending);
            c.State.Changed(entry);
        }
        c.Reply.WriteInteger(indices.Count);
    }

    /// <summary>
    /// Inserts an element next to the first one of a value. Replies the length after, 0 if there is no list, -1 if no
    /// element has the value.
    /// </summary>
    public static void Insert(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(Before, After, out long side)
            || !c.TryValue(out ReadOnlySpan<byte> pivot) || !c.TryValue(out ReadOnlySpan<byte> element)
            || !c.TryEnd() || !c.TryFind(key, out KvEntry? entry, out KvList? found) || !c.TryGrow()) return;
        int index = 0;
        for (; found is not null && index < found.Count; index++)
        {
            if (!c.TryChargeSteps(1)) return;
            if (pivot.SequenceEqual(found[index])) break;
        }
        if (found is null || index == found.Count)
        {
            c.Reply.WriteInteger(found is null ? 0 : NotFound);
            return;
        }
        if (side == After) index++;
        if (!c.TryChargeLookups(found.MovedByInsertion(index))) return;
        KvList list = ListCommands.Edit(ref c, key, ref entry);
        list.Insert(index, element);
        c.State.Changed(entry);
        c.Reply.WriteInteger(list.Count);
    }

    /// <summary>
    /// Tells where elements of a value are: from the rank-th of them on, counted from the last for a negative rank. Up
    /// to so many, 0 for all, or <see cref="Single"/>. At most so many elements are looked at, 0 for all.
    /// </summary>
    public static void Position(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryValue(out ReadOnlySpan<byte> element)
            || !c.TryInteger(-long.MaxValue, long.MaxValue, out long rank)
            || !c.TryInteger(Single, long.MaxValue, out long count)
            || !c.TryInteger(0, long.MaxValue, out long lookedAtMax) || !c.TryEnd()
            || rank == 0 && !c.Malformed() || !c.TryFind(key, out _, out KvList? list)) return;
        int start = c.Reply.Length, told = 0, length = list?.Count ?? 0;
        long skipped = Math.Abs(rank) - 1;
        long lookedAt = lookedAtMax == 0 ? length : Math.Min(lookedAtMax, length);
        for (int i = 0; i < lookedAt && (told == 0 || count == 0 || told < count); i++)
        {
            if (!TryChargeStep(ref c, start)) return;
            int index = rank < 0 ? length - 1 - i : i;
            if (!element.SequenceEqual(list![index]) || skipped-- > 0) continue;
            if (!c.Fits(sizeof(long)))
            {
                c.Reply.Length = start;
                c.Fail(KvErrorCode.ReplyTooLong);
                return;
            }
            c.Reply.WriteInteger(index);
            told++;
        }
        if (count != Single) c.Reply.InsertArray(start, told);
        else if (told == 0) c.Reply.WriteNil();
    }

    /// <summary>Charges a step, or takes back what was written since the start.</summary>
    private static bool TryChargeStep(ref CommandContext c, int start)
    {
        if (c.WorkLeft < KvLimits.WorkPerStep) c.Reply.Length = start;
        return c.TryChargeSteps(1);
    }
}
