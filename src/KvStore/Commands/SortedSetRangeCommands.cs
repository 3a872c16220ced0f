using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on ranges of a sorted set, and on its ends.</summary>
internal static class SortedSetRangeCommands
{
    public static void Count(ref CommandContext c)
    {
        int count = 0;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !SortedSetRange.TryRead(ref c, out SortedSetRange range)
            || !c.TryEnd() || !c.TryFind(key, out _, out KvSortedSet? set)
            || set is not null && !range.TryLocate(ref c, set, out _, out count)) return;
        c.Reply.WriteInteger(count);
    }

    public static void Range(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !TryReadPart(ref c, out Part part)
            || !c.TryInteger(0, 1, out long withScores) || !c.TryEnd()
            || !c.TryFind(key, out _, out KvSortedSet? set)
            || !part.TryLocate(ref c, set, out int first, out int count) || !c.TryChargeSteps(count)) return;
        int start = c.Reply.Length;
        c.Reply.WriteArray(withScores == 1 ? 2 * count : count);
        TryWrite(ref c, start, set, first, count, part.FromEnd, withScores == 1);
    }

    /// <summary>Puts a range under another key, whatever that held. Replies how many members it has.</summary>
    public static void RangeAndStore(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> toKey) || !c.TryKey(out ReadOnlySpan<byte> key)
            || !TryReadPart(ref c, out Part part) || !c.TryEnd()
            || !c.TryFind(key, out _, out KvSortedSet? set)
            || !part.TryLocate(ref c, set, out int first, out int count)
            || !c.TryChargeLookups(count)) return;
        List<ScoredMember> members = new(count);
        if (count > 0)
        {
            CowTreeCursor<KvSet.Present> cursor = set!.WalkInOrder();
            cursor.MoveTo(first);
            for (int i = 0; i < count; i++)
            {
                byte[] found = cursor.Key;
                members.Add(new ScoredMember(ScoreKey.ScoreOf(found), ScoreKey.MemberOf(found).ToArray()));
                Move(cursor, part.FromEnd);
            }
        }
        Store(ref c, toKey, members);
    }

    public static void RemoveRange(ref CommandContext c)
    {
        int first = 0, count = 0;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !SortedSetRange.TryRead(ref c, out SortedSetRange range)
            || !c.TryEnd() || !c.TryFind(key, out KvEntry? entry, out KvSortedSet? set)
            || set is not null && !range.TryLocate(ref c, set, out first, out count)) return;
        if (!TryChargeRemoval(ref c, set, count)) return;
        c.Reply.WriteInteger(count);
        Remove(ref c, entry, set, first, count);
    }

    /// <summary>
    /// Takes members off one end of the first sorted set that there is. Replies its key, and the members with their
    /// scores; or nil.
    /// </summary>
    public static void Pop(ref CommandContext c)
    {
        if (!c.TryInteger(0, 1, out long fromEnd) || !c.TryInteger(0, long.MaxValue, out long wanted)
            || !c.TryKeysAhead()) return;
        ReadOnlySpan<byte> key = default;
        KvEntry? entry = null;
        KvSortedSet? set = null;
        while (c.ArgumentCount > 0 && set is null)
        {
            c.TryKey(out key);
            if (!c.TryFind(key, out entry, out set)) return;
        }
        if (set is null)
        {
            c.Reply.WriteNil();
            return;
        }
        int count = (int)Math.Min(wanted, set.Count), start = c.Reply.Length;
        if (!c.TryChargeSteps(count) || !TryChargeRemoval(ref c, set, count)) return;
        int first = fromEnd == 1 ? set.Count - 1 : 0;
        c.Reply.WriteArray(1 + 2 * count);
        if (!c.Fits(key.Length))
        {
            c.Reply.Length = start;
            c.Fail(KvErrorCode.ReplyTooLong);
            return;
        }
        c.Reply.WriteBinary(key);
        if (TryWrite(ref c, start, set, first, count, fromEnd == 1, withScores: true))
            Remove(ref c, entry, set, fromEnd == 1 ? set.Count - count : 0, count);
    }

    /// <summary>Gives a key the members, whatever it held. None are no sorted set. Replies how many they are.</summary>
    public static void Store(ref CommandContext c, ReadOnlySpan<byte> key, List<ScoredMember> members)
    {
        KvEntry? replaced = c.Find(key);
        if (members.Count == 0)
        {
            if (replaced is not null) c.State.Remove(replaced);
            c.Reply.WriteInteger(0);
            return;
        }
        long bytes = members.Sum(static m => KvSortedSet.SizeOf(m.Member.Length));
        if (!c.TryGrow(bytes + key.Length + KvLimits.EntryOverheadBytes)) return;
        KvSortedSet set = new(c.State.Generation);
        foreach ((double score, byte[] member) in members) set.Put(member, score);
        KvEntry entry = replaced is null ? c.State.Add(key) : c.State.EditForReplacement(replaced);
        entry.SetCollection(set);
        entry.ExpiresAtMicros = long.MaxValue;
        c.State.Changed(entry);
        c.Reply.WriteInteger(set.Count);
    }

    /// <summary>Removing all of them is removing the entry.</summary>
    private static bool TryChargeRemoval(ref CommandContext c, KvSortedSet? set, int count) =>
        count == set?.Count || c.TryChargeLookups(count) && SortedSetCommands.TryChargeOrder(ref c, count);

    private static void Remove(ref CommandContext c, KvEntry? entry, KvSortedSet? set, int first, int count)
    {
        if (set is null || count == 0) return;
        if (count == set.Count)
        {
            c.State.Remove(entry!);
            return;
        }
        byte[][] keys = new byte[count][];
        CowTreeCursor<KvSet.Present> cursor = set.WalkInOrder();
        cursor.MoveTo(first);
        for (int i = 0; i < count; i++)
        {
            keys[i] = cursor.Key;
            cursor.MoveNext();
        }
        entry = c.State.Edit(entry!);
        set = (KvSortedSet)entry.Collection!;
        foreach (byte[] key in keys) set.Remove(ScoreKey.MemberOf(key));
        c.State.Changed(entry);
    }

    /// <summary>Writes members from a rank on or back, if all fit. Otherwise takes back all since the start.</summary>
    private static bool TryWrite(
        ref CommandContext c, int start, KvSortedSet? set, int first, int count, bool fromEnd, bool withScores)
    {
        if (set is null || count == 0) return true;
        CowTreeCursor<KvSet.Present> cursor = set.WalkInOrder();
        cursor.MoveTo(first);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> key = cursor.Key;
            if (!c.Fits(key.Length + CanonicalFormat.HeaderBytesMax))
            {
                c.Reply.Length = start;
                return c.Fail(KvErrorCode.ReplyTooLong);
            }
            c.Reply.WriteBinary(ScoreKey.MemberOf(key));
            if (withScores) Scores.Write(c.Reply, ScoreKey.ScoreOf(key));
            Move(cursor, fromEnd);
        }
        return true;
    }

    private static void Move(CowTreeCursor<KvSet.Present> cursor, bool back)
    {
        if (back) cursor.MovePrevious();
        else cursor.MoveNext();
    }

    private static bool TryReadPart(scoped ref CommandContext c, out Part part)
    {
        part = default;
        if (!SortedSetRange.TryRead(ref c, out SortedSetRange range) || !c.TryInteger(0, 1, out long fromEnd)
            || !c.TryInteger(out long offset) || !c.TryInteger(out long limit)) return false;
        part = new Part(range, fromEnd == 1, offset, limit);
        return true;
    }

    /// <summary>A part of a range, in either direction.</summary>
    private readonly ref struct Part(SortedSetRange range, bool fromEnd, long offset, long limit)
    {
        private readonly SortedSetRange _range = range;
        private readonly long _offset = offset, _limit = limit;

        public bool FromEnd { get; } = fromEnd;

        public bool TryLocate(ref CommandContext c, KvSortedSet? set, out int first, out int count)
        {
            (first, count) = (0, 0);
            return set is null || _range.TryLocate(ref c, set, FromEnd, _offset, _limit, out first, out count);
        }
    }
}
