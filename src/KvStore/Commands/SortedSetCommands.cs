using System.Diagnostics.CodeAnalysis;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on single members of a sorted set.</summary>
internal static class SortedSetCommands
{
    public static void Add(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !TryReadFlags(ref c, out SortedSetFlags flags)
            || !Scores.TryAhead(ref c, scoreFirst: true) || !TryChargeOrder(ref c, c.ArgumentCount / 2)
            || !c.TryFind(key, out KvEntry? entry, out KvSortedSet? found) || !c.TryGrow()) return;
        if (flags.HasFlag(SortedSetFlags.Increment))
        {
            Increment(ref c, key, flags, entry, found);
            return;
        }
        int added = 0, changed = 0;
        KvSortedSet? set = null;
        while (c.ArgumentCount > 0)
        {
            Scores.TryRead(ref c, out double score);
            c.TryKey(out ReadOnlySpan<byte> member);
            double held = 0;
            bool present = (set ?? found) is { } current && current.TryGetScore(member, out held);
            if (present ? held == score || !Replaces(flags, held, score) : flags.HasFlag(SortedSetFlags.IfPresent))
                continue;
            set ??= Edit(ref c, key, ref entry);
            set.Put(member, score);
            if (present) changed++;
            else added++;
        }
        if (set is not null) c.State.Changed(entry!);
        c.Reply.WriteInteger(flags.HasFlag(SortedSetFlags.CountChanged) ? added + changed : added);
    }

    public static void Remove(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead() || !TryChargeOrder(ref c, c.ArgumentCount)
            || !c.TryFind(key, out KvEntry? entry, out KvSortedSet? found)) return;
        int removed = 0;
        KvSortedSet? set = null;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> member);
            if (found is null || !(set ?? found).TryGetScore(member, out _)) continue;
            set ??= Edit(ref c, key, ref entry);
            set.Remove(member);
            removed++;
        }
        if (set is not null) Collections.ChangedOrEmptied(c.State, entry!);
        c.Reply.WriteInteger(removed);
    }

    /// <summary>The scores of members, nil for those that are not there.</summary>
    public static void Score(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead() || !c.TryFind(key, out _, out KvSortedSet? set)
            || !c.TryFit(0, c.ArgumentCount)) return;
        c.Reply.WriteArray(c.ArgumentCount);
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> member);
            if (set is not null && set.TryGetScore(member, out double score)) Scores.Write(c.Reply, score);
            else c.Reply.WriteNil();
        }
    }

    public static void Count(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFind(key, out _, out KvSortedSet? set))
            return;
        c.Reply.WriteInteger(set?.Count ?? 0);
    }

    /// <summary>The place of a member in the order, counted from either end, or nil.</summary>
    public static void Rank(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKey(out ReadOnlySpan<byte> member)
            || !c.TryInteger(0, 1, out long fromEnd) || !c.TryEnd()
            || !c.TryFind(key, out _, out KvSortedSet? set)) return;
        if (set is null || !set.TryGetScore(member, out double score))
        {
            c.Reply.WriteNil();
            return;
        }
        int rank = set.RankOf(ScoreKey.Of(score, member));
        c.Reply.WriteInteger(fromEnd == 1 ? set.Count - 1 - rank : rank);
    }

    /// <summary>
    /// Members with their scores, after a member, in the order of the members. The first element of the reply is the
    /// member after which to go on, or nil.
    /// </summary>
    public static void List(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)
            || !Collections.TryReadPage(ref c, out ReadOnlySpan<byte> after, out bool continues, out int limit)
            || !c.TryFind(key, out _, out KvSortedSet? set)) return;
        Page page = new(c.Reply.Length, limit);
        if (set is not null)
        {
            CowTreeCursor<double> cursor = set.Walk();
            if (continues) cursor.Seek(after);
            while (cursor.MoveNext())
            {
                if (continues && after.SequenceEqual(cursor.Key)) continue;
                if (!page.TryAdd(ref c, cursor.Key, 2)) break;
                c.Reply.WriteBinary(cursor.Key);
                Scores.Write(c.Reply, cursor.Value);
            }
        }
        page.End(ref c);
    }

    /// <summary>Charges for so many changes of the order, besides those of the scores.</summary>
    public static bool TryChargeOrder(ref CommandContext c, long count) => c.TryChargeLookups(count);

    /// <summary>The sorted set of the entry, to be changed; made, with the entry, if there is none.</summary>
    private static KvSortedSet Edit(ref CommandContext c, ReadOnlySpan<byte> key, [NotNull] ref KvEntry? entry) =>
        (KvSortedSet)Collections.Edit(c.State, key, ref entry, static generation => new KvSortedSet(generation));

    /// <summary>Adds to the score of the one member.</summary>
    private static void Increment(
        ref CommandContext c, ReadOnlySpan<byte> key, SortedSetFlags flags, KvEntry? entry, KvSortedSet? found)
    {
        if (c.ArgumentCount != 2)
        {
            c.Malformed();
            return;
        }
        Scores.TryRead(ref c, out double score);
        c.TryKey(out ReadOnlySpan<byte> member);
        double held = 0;
        bool present = found is not null && found.TryGetScore(member, out held);
        if (present) score += held;
        bool refused = flags.HasFlag(present ? SortedSetFlags.IfAbsent : SortedSetFlags.IfPresent);
        if (!refused && double.IsNaN(score))
        {
            c.Fail(KvErrorCode.ScoreNotANumber);
            return;
        }
        if (refused || present && !Replaces(flags, held, score))
        {
            c.Reply.WriteNil();
            return;
        }
        Scores.Write(c.Reply, score);
        if (present && held == score) return;
        Edit(ref c, key, ref entry).Put(member, score);
        c.State.Changed(entry);
    }

    /// <summary>Whether a member that is there gets another score.</summary>
    private static bool Replaces(SortedSetFlags flags, double held, double score) =>
        !flags.HasFlag(SortedSetFlags.IfAbsent)
        && (!flags.HasFlag(SortedSetFlags.IfGreater) || score > held)
        && (!flags.HasFlag(SortedSetFlags.IfLess) || score < held);

    private static bool TryReadFlags(ref CommandContext c, out SortedSetFlags flags)
    {
        bool read = c.TryInteger(0, (long)SortedSetFlags.All, out long value);
        flags = (SortedSetFlags)value;
        int conditions = (flags.HasFlag(SortedSetFlags.IfAbsent) ? 1 : 0)
            + (flags.HasFlag(SortedSetFlags.IfGreater) ? 1 : 0) + (flags.HasFlag(SortedSetFlags.IfLess) ? 1 : 0);
        bool contradicts = conditions > 1 || flags.HasFlag(SortedSetFlags.IfAbsent | SortedSetFlags.IfPresent);
        return read && (!contradicts || c.Malformed());
    }
}
