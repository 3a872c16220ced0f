using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on several sets: intersection, union, difference. All go through the members in order.</summary>
internal static class SetAlgebraCommands
{
    public static void Combine(ref CommandContext c)
    {
        if (!TryReadCombination(ref c, out SetCombination how) || !c.TryKeysAhead()
            || !TryCombine(ref c, how, out List<byte[]> members)
            || !c.TryFit(members.Sum(static m => (long)m.Length), members.Count)) return;
        c.Reply.WriteArray(members.Count);
        foreach (byte[] member in members) c.Reply.WriteBinary(member);
    }

    /// <summary>Puts the members under a key, whatever that held. Replies how many they are.</summary>
    public static void CombineAndStore(ref CommandContext c)
    {
        if (!TryReadCombination(ref c, out SetCombination how) || !c.TryKey(out ReadOnlySpan<byte> key)
            || !c.TryKeysAhead() || !TryCombine(ref c, how, out List<byte[]> members)) return;
        KvEntry? replaced = c.Find(key);
        if (members.Count == 0)
        {
            if (replaced is not null) c.State.Remove(replaced);
            c.Reply.WriteInteger(0);
            return;
        }
        long bytes = members.Sum(static m => (long)m.Length + KvLimits.ElementOverheadBytes);
        if (!c.TryChargeLookups(members.Count)
            || !c.TryGrow(bytes + key.Length + KvLimits.EntryOverheadBytes)) return;
        KvSet set = new(c.State.Generation);
        foreach (byte[] member in members) set.AddOwned(member);
        KvEntry entry = replaced is null ? c.State.Add(key) : c.State.EditForReplacement(replaced);
        entry.SetCollection(set);
        entry.ExpiresAtMicros = long.MaxValue;
        c.State.Changed(entry);
        c.Reply.WriteInteger(set.Count);
    }

    /// <summary>How many members all sets have. Counts up to a limit; 0 for none.</summary>
    public static void IntersectionCount(ref CommandContext c)
    {
        if (!c.TryInteger(0, long.MaxValue, out long limit) || !c.TryKeysAhead()
            || !TryCombine(ref c, SetCombination.Intersection, out List<byte[]> members)) return;
        c.Reply.WriteInteger(limit == 0 ? members.Count : Math.Min(limit, members.Count));
    }

    private static bool TryReadCombination(ref CommandContext c, out SetCombination how)
    {
        bool read = c.TryInteger((long)SetCombination.Intersection, (long)SetCombination.Difference, out long value);
        how = (SetCombination)value;
        return read;
    }

    /// <summary>Finds the sets that all arguments left name, and combines them: members in their order.</summary>
    private static bool TryCombine(ref CommandContext c, SetCombination how, out List<byte[]> members)
    {
        members = [];
        return TryFindSets(ref c, out List<KvSet?> sets) && how switch
        {
            SetCombination.Intersection => TryIntersect(ref c, sets, out members),
            SetCombination.Union => TryUnite(ref c, sets, out members),
            _ => TrySubtract(ref c, sets, out members),
        };
    }

    private static bool TryFindSets(ref CommandContext c, out List<KvSet?> sets)
    {
        sets = [];
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            if (!c.TryFind(key, out _, out KvSet? set)) return false;
            sets.Add(set);
        }
        return true;
    }

    private static bool TryIntersect(ref CommandContext c, List<KvSet?> sets, out List<byte[]> members)
    {
        members = [];
        if (sets.Contains(null)) return true;
        KvSet[] ascending = [.. sets.OfType<KvSet>().Distinct().OrderBy(static set => set.Count)];
        if (!TryList(ref c, ascending[0], out members)) return false;
        foreach (KvSet other in ascending.Skip(1))
        {
            if (!TryKeep(ref c, members, other, areInOther: true)) return false;
        }
        return true;
    }

    private static bool TrySubtract(ref CommandContext c, List<KvSet?> sets, out List<byte[]> members)
    {
        members = [];
        if (sets[0] is not { } first || sets.IndexOf(first, 1) > 0) return true;
        if (!TryList(ref c, first, out members)) return false;
        foreach (KvSet other in sets.Skip(1).OfType<KvSet>().Distinct())
        {
            if (!TryKeep(ref c, members, other, areInOther: false)) return false;
        }
        return true;
    }

    /// <summary>Merges two and two, until one is left.</summary>
    private static bool TryUnite(ref CommandContext c, List<KvSet?> sets, out List<byte[]> members)
    {
        members = [];
        Queue<List<byte[]>> left = [];
        foreach (KvSet set in sets.OfType<KvSet>().Distinct())
        {
            if (!TryList(ref c, set, out List<byte[]> listed)) return false;
            left.Enqueue(listed);
        }
        while (left.Count > 1)
        {
            List<byte[]> first = left.Dequeue(), second = left.Dequeue();
            if (!c.TryChargeSteps(first.Count + second.Count)) return false;
            left.Enqueue(Merge(first, second));
        }
        if (left.Count > 0) members = left.Dequeue();
        return true;
    }

    private static bool TryList(ref CommandContext c, KvSet set, out List<byte[]> members)
    {
        members = [];
        if (!c.TryChargeSteps(set.Count)) return false;
        CowTreeCursor<KvSet.Present> cursor = set.Walk();
        while (cursor.MoveNext()) members.Add(cursor.Key);
        return true;
    }

    /// <summary>
    /// Keeps those members, ascending, that are in another set, or those that are not. Looks for each of them, or walks
    /// past all of the other's, whichever is less work.
    /// </summary>
    private static bool TryKeep(ref CommandContext c, List<byte[]> members, KvSet other, bool areInOther)
    {
        if ((long)members.Count * KvLimits.WorkPerLookup < (long)other.Count * KvLimits.WorkPerStep)
        {
            if (!c.TryChargeLookups(members.Count)) return false;
            members.RemoveAll(member => other.Contains(member) != areInOther);
            return true;
        }
        if (!c.TryChargeSteps(other.Count)) return false;
        CowTreeCursor<KvSet.Present> cursor = other.Walk();
        bool more = cursor.MoveNext();
        members.RemoveAll(member =>
        {
            int order = 1;
            while (more && (order = member.AsSpan().SequenceCompareTo(cursor.Key)) > 0) more = cursor.MoveNext();
            return (more && order == 0) != areInOther;
        });
        return true;
    }

    private static List<byte[]> Merge(List<byte[]> first, List<byte[]> second)
    {
        List<byte[]> merged = new(first.Count + second.Count);
        int i = 0, j = 0;
        while (i < first.Count && j < second.Count)
        {
            int order = first[i].AsSpan().SequenceCompareTo(second[j]);
            merged.Add(order <= 0 ? first[i] : second[j]);
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        merged.AddRange(first[i..]);
        merged.AddRange(second[j..]);
        return merged;
    }
}
