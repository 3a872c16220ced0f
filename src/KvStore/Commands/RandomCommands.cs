using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// Commands that choose by chance. What they choose depends on numbers and on the order of the bytes alone, never on
/// the shape of a tree. A command that only reads brings its number, as a query has no agreed ones.
/// </summary>
internal static class RandomCommands
{
    /// <summary>How often a key is drawn, until one has not expired.</summary>
    private const int DrawsMax = 100;

    /// <summary>Removes members: one, told as a value, or up to a number of them, told as an array.</summary>
    public static void Pop(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)) return;
        bool counted = c.ArgumentCount > 0;
        long wanted = 1;
        if (counted && !c.TryInteger(0, long.MaxValue, out wanted)
            || !c.TryEnd() || !c.TryFind(key, out KvEntry? entry, out KvSet? found)) return;
        if (found is null)
        {
            WriteNothing(ref c, counted);
            return;
        }
        if (!TryChoose(ref c, ref c.Chance, wanted, found.Count, out int[] ranks)) return;
        byte[][] members = [.. ranks.Select(found.At)];
        if (!c.TryFit(members.Sum(static m => (long)m.Length), members.Length)) return;
        if (counted) c.Reply.WriteArray(members.Length);
        foreach (byte[] member in members) c.Reply.WriteBinary(member);
        if (members.Length == found.Count)
        {
            c.State.Remove(entry!);
        }
        else if (members.Length > 0)
        {
            entry = c.State.Edit(entry!);
            KvSet set = (KvSet)entry.Collection!;
            foreach (byte[] member in members) set.Remove(member);
            c.State.Changed(entry);
        }
    }

    /// <summary>
    /// Tells members: one, or up to a number of different ones, or for a negative number as many that may repeat.
    /// </summary>
    public static void Members(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long number)) return;
        bool counted = c.ArgumentCount > 0;
        long wanted = 1;
        if (counted && !TryReadWanted(ref c, out wanted)
            || !c.TryEnd() || !c.TryFind(key, out _, out KvSet? set)) return;
        if (set is null)
        {
            WriteNothing(ref c, counted);
            return;
        }
        SeededNumbers chance = new((ulong)number);
        if (!TryChoose(ref c, ref chance, wanted, set.Count, out int[] ranks)) return;
        int start = c.Reply.Length;
        if (counted) c.Reply.WriteArray(ranks.Length);
        foreach (int rank in ranks)
        {
            if (!TryWrite(ref c, start, set.At(rank), [])) return;
        }
    }

    /// <summary>As <see cref="Members"/>, the fields of a hash, with their values if asked for.</summary>
    public static void Fields(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long number)) return;
        bool counted = c.ArgumentCount > 0;
        long wanted = 1, flags = (long)ListingFlags.Keys;
        if (counted && (!TryReadWanted(ref c, out wanted)
                || !c.TryInteger((long)ListingFlags.Keys, (long)(ListingFlags.Keys | ListingFlags.Values), out flags))
            || !c.TryEnd() || !c.TryFind(key, out _, out KvHash? hash)) return;
        if (hash is null)
        {
            WriteNothing(ref c, counted);
            return;
        }
        SeededNumbers chance = new((ulong)number);
        if (!TryChoose(ref c, ref chance, wanted, hash.Count, out int[] ranks)) return;
        bool withValues = ((ListingFlags)flags).HasFlag(ListingFlags.Values);
        int start = c.Reply.Length;
        if (counted) c.Reply.WriteArray(withValues ? 2 * ranks.Length : ranks.Length);
        foreach (int rank in ranks)
        {
            (byte[] field, byte[] value) = hash.At(rank);
            if (!TryWrite(ref c, start, field, withValues ? value : [])) return;
            if (withValues) c.Reply.WriteBinary(value);
        }
    }

    /// <summary>As <see cref="Members"/>, the members of a sorted set, with their scores if asked for.</summary>
    public static void ScoredMembers(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long number)) return;
        bool counted = c.ArgumentCount > 0;
        long wanted = 1, withScores = 0;
        if (counted && (!TryReadWanted(ref c, out wanted) || !c.TryInteger(0, 1, out withScores))
            || !c.TryEnd() || !c.TryFind(key, out _, out KvSortedSet? set)) return;
        if (set is null)
        {
            WriteNothing(ref c, counted);
            return;
        }
        SeededNumbers chance = new((ulong)number);
        if (!TryChoose(ref c, ref chance, wanted, set.Count, out int[] ranks)) return;
        int start = c.Reply.Length;
        if (counted) c.Reply.WriteArray(withScores == 1 ? 2 * ranks.Length : ranks.Length);
        foreach (int rank in ranks)
        {
            byte[] scoreKey = set.At(rank);
            if (!TryWrite(ref c, start, ScoreKey.MemberOf(scoreKey).ToArray(), [])) return;
            if (withScores == 1) Scores.Write(c.Reply, ScoreKey.ScoreOf(scoreKey));
        }
    }

    /// <summary>
    /// Tells a key. Where most entries have expired and wait to be reclaimed, it is the first that has not, if that is
    /// near the beginning; else none.
    /// </summary>
    public static void Key(ref CommandContext c)
    {
        if (!c.TryInteger(out long number) || !c.TryEnd()) return;
        SeededNumbers chance = new((ulong)number);
        KvEntry? chosen = null;
        for (int i = 0; i < DrawsMax && c.State.Count > 0 && chosen is null; i++)
        {
            if (!c.TryChargeLookups(1)) return;
            KvEntry drawn = c.State.At(chance.Below(c.State.Count));
            if (!drawn.IsExpired(c.NowMicros)) chosen = drawn;
        }
        if (chosen is null)
        {
            if (!c.TryChargeSteps(KvLimits.ListEntriesMax)) return;
            chosen = FindFirst(ref c);
        }
        if (chosen is null)
        {
            c.Reply.WriteNil();
            return;
        }
        c.RestsOn(chosen.ExpiresAtMicros);
        if (c.TryFit(chosen.Key.Length)) c.Reply.WriteBinary(chosen.Key);
    }

    private static KvEntry? FindFirst(ref CommandContext c)
    {
        CowTreeCursor<KvEntry> cursor = c.State.Walk();
        for (int i = 0; i < KvLimits.ListEntriesMax && cursor.MoveNext(); i++)
        {
            if (!cursor.Value.IsExpired(c.NowMicros)) return cursor.Value;
        }
        return null;
    }

    private static bool TryReadWanted(ref CommandContext c, out long wanted) =>
        c.TryInteger(-long.MaxValue, long.MaxValue, out wanted);

    /// <summary>
    /// Chooses places among so many: different ones, at most all, ascending; or as many as the negative number says.
    /// </summary>
    private static bool TryChoose(
        ref CommandContext c, ref SeededNumbers chance, long wanted, int count, out int[] ranks)
    {
        ranks = [];
        long chosen = wanted < 0 ? -wanted : Math.Min(wanted, count);
        if (chosen > KvLimits.ReplyBytesMax) return c.Fail(KvErrorCode.ReplyTooLong);
        if (!c.TryFit(0, (int)chosen) || !c.TryChargeLookups(chosen)) return false;
        if (wanted >= count) ranks = [.. Enumerable.Range(0, count)];
        else if (wanted > 0) ranks = chance.Distinct((int)chosen, count);
        else ranks = new int[chosen];
        for (int i = 0; wanted < 0 && i < ranks.Length; i++) ranks[i] = chance.Below(count);
        return true;
    }

    /// <summary>Writes a name if it and what follows fit. Otherwise takes back all since the start.</summary>
    private static bool TryWrite(ref CommandContext c, int start, byte[] name, byte[] following)
    {
        if (c.TryFit((long)name.Length + following.Length, 2))
        {
            c.Reply.WriteBinary(name);
            return true;
        }
        c.Reply.Length = start;
        return c.Fail(KvErrorCode.ReplyTooLong);
    }

    private static void WriteNothing(ref CommandContext c, bool counted)
    {
        if (counted) c.Reply.WriteArray(0);
        else c.Reply.WriteNil();
    }
}
