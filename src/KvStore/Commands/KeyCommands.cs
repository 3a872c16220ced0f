using KvStore.Operations;
using KvStore.State;
using ValueType = KvStore.State.ValueType;

namespace KvStore.Commands;

/// <summary>Commands on keys of any type.</summary>
internal static class KeyCommands
{
    /// <summary>The time to live of a key that is not there.</summary>
    public const int NoSuchKey = -2;

    /// <summary>The time to live of a key that does not expire.</summary>
    public const int NeverExpires = -1;

    public static void Delete(ref CommandContext c)
    {
        if (!c.TryKeysAhead()) return;
        int deleted = 0;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            if (c.Find(key) is not { } entry) continue;
            c.State.Remove(entry);
            deleted++;
        }
        c.Reply.WriteInteger(deleted);
    }

    public static void Exists(ref CommandContext c)
    {
        if (!c.TryKeysAhead()) return;
        int found = 0;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            if (c.Find(key) is not null) found++;
        }
        c.Reply.WriteInteger(found);
    }

    public static void TypeOf(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd()) return;
        c.Reply.WriteInteger((long)(c.Find(key)?.Type ?? ValueType.None));
    }

    public static void Revision(ref CommandContext c)
    {
        if (!c.TryKeysAhead() || !c.TryFit(0, c.ArgumentCount)) return;
        c.Reply.WriteArray(c.ArgumentCount);
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            c.Reply.WriteInteger(c.Find(key)?.Revision ?? 0);
        }
    }

    public static void Expire(ref CommandContext c)
    {
        const WriteFlags Allowed =
            WriteFlags.IfAbsent | WriteFlags.IfPresent | WriteFlags.IfLater | WriteFlags.IfEarlier
            | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryFlags(Allowed, out WriteFlags flags)
            || !c.TryReadExpiry(flags, 0, out long expiryMicros)) return;
        KvEntry? entry = c.Find(key);
        bool applies = entry is not null
            && !(flags.HasFlag(WriteFlags.IfAbsent) && entry.Expires)
            && !(flags.HasFlag(WriteFlags.IfPresent) && !entry.Expires)
            && !(flags.HasFlag(WriteFlags.IfLater) && expiryMicros <= entry.ExpiresAtMicros)
            && !(flags.HasFlag(WriteFlags.IfEarlier) && expiryMicros >= entry.ExpiresAtMicros);
        if (applies && !c.TryChargeKept(entry)) return;
        c.Reply.WriteInteger(applies ? 1 : 0);
        if (!applies) return;
        if (expiryMicros <= c.NowMicros) c.State.Remove(entry!);
        else SetExpiry(ref c, entry!, expiryMicros);
    }

    public static void Persist(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd()) return;
        KvEntry? entry = c.Find(key);
        bool applies = entry is { Expires: true };
        if (applies && !c.TryChargeKept(entry)) return;
        c.Reply.WriteInteger(applies ? 1 : 0);
        if (applies) SetExpiry(ref c, entry!, long.MaxValue);
    }

    public static void TimeToLive(ref CommandContext c) => TellExpiry(ref c, c.NowMicros);

    public static void ExpiryTime(ref CommandContext c) => TellExpiry(ref c, 0);

    public static void Count(ref CommandContext c)
    {
        if (!c.TryEnd()) return;
        c.RestsOn(c.State.NextExpiryMicros);
        c.Reply.WriteInteger(c.State.Count);
    }

    public static void Clear(ref CommandContext c)
    {
        if (!c.TryEnd()) return;
        c.State.Clear();
        c.Reply.WriteTrue();
    }

    /// <summary>
    /// Keys that begin with a prefix, after a key, in order. The first element of the reply is the key after which to
    /// go on, or nil.
    /// </summary>
    public static void List(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> prefix) || !c.TryInteger(0, (long)ListingFlags.Types, out long flags)
            || !Collections.TryReadPage(ref c, out ReadOnlySpan<byte> after, out bool continues, out int limit)) return;
        CowTreeCursor<KvEntry> cursor = c.State.Walk();
        cursor.Seek(continues && after.SequenceCompareTo(prefix) > 0 ? after : prefix);
        Page page = new(c.Reply.Length, limit);
        while (cursor.MoveNext() && cursor.Key.AsSpan().StartsWith(prefix))
        {
            KvEntry entry = cursor.Value;
            if (continues && after.SequenceEqual(entry.Key)) continue;
            if (entry.IsExpired(c.NowMicros))
            {
                if (!page.TrySkip(entry.Key)) break;
                continue;
            }
            bool tellsValue = (ListingFlags)flags == ListingFlags.Values && entry.IsString;
            if (!page.TryAdd(ref c, entry.Key, flags == 0 ? 1 : 2, tellsValue ? entry.Bytes.Length : 0)) break;
            c.RestsOn(entry.ExpiresAtMicros);
            c.Reply.WriteBinary(entry.Key);
            if (tellsValue) c.Reply.WriteBinary(entry.Bytes);
            else if ((ListingFlags)flags == ListingFlags.Types) c.Reply.WriteInteger((long)entry.Type);
            else if (flags != 0) c.Reply.WriteNil();
        }
        page.End(ref c);
    }

    /// <summary>
    /// Gives what a key holds another key, with its expiry; what that one held is gone. Replies 1, or 0 if only an
    /// absent one would do.
    /// </summary>
    public static void Rename(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> fromKey) || !c.TryKey(out ReadOnlySpan<byte> toKey)
            || !c.TryFlags(WriteFlags.IfAbsent, out WriteFlags flags)
            || !c.TryEnd()) return;
        KvEntry? from = c.Find(fromKey), to = c.Find(toKey);
        if (from is null)
        {
            c.Fail(KvErrorCode.NoSuchKey);
            return;
        }
        bool moves = to is null || !flags.HasFlag(WriteFlags.IfAbsent);
        if (moves && !c.TryChargeKept(from)) return;
        c.Reply.WriteInteger(moves ? 1 : 0);
        if (!moves || from == to) return;
        if (to is not null) c.State.Remove(to);
        from = c.State.Edit(from);
        KvEntry moved = c.State.Add(toKey);
        moved.TakeOver(from);
        c.State.Changed(moved);
        c.State.Changed(from, isTold: false); // it stands for the moved one until it is gone
        c.State.Remove(from);
    }

    /// <summary>
    /// Gives another key what a key holds, with its expiry; what that one held is gone. Replies 1, or 0 if there is
    /// nothing to copy, or only an absent key would do.
    /// </summary>
    public static void Copy(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> fromKey) || !c.TryKey(out ReadOnlySpan<byte> toKey)
            || !c.TryFlags(WriteFlags.IfAbsent, out WriteFlags flags) || !c.TryEnd()) return;
        KvEntry? from = c.Find(fromKey), to = c.Find(toKey);
        bool copies = from is not null && (to is null || !flags.HasFlag(WriteFlags.IfAbsent));
        if (copies && from != to)
        {
            if (!c.TryCharge(from!.IsString ? from.Bytes.Length : KvLimits.WorkPerCopy)
                || !c.TryGrow(from.SizeBytes - fromKey.Length + toKey.Length)) return;
            c.State.Copy(from, toKey, to);
        }
        c.Reply.WriteInteger(copies ? 1 : 0);
    }

    /// <summary>
    /// What a key holds, in numbers: its type, its counted size, how many bytes or elements it has, the longest
    /// element, and whether all are integers.
    /// </summary>
    public static void Describe(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd()) return;
        if (c.Find(key) is not { } entry)
        {
            c.Reply.WriteNil();
            return;
        }
        if (!c.TryChargeSteps(ElementShape.StepsOf(entry)) || !c.TryFit(0, 5)) return;
        ElementShape shape = ElementShape.Of(entry);
        c.Reply.WriteArray(5);
        c.Reply.WriteInteger((long)entry.Type);
        c.Reply.WriteInteger(entry.SizeBytes);
        c.Reply.WriteInteger(entry.Collection?.Count ?? entry.Bytes.Length);
        c.Reply.WriteInteger(shape.Longest);
        c.Reply.WriteInteger(shape.AreIntegers ? 1 : 0);
    }

    private static void SetExpiry(ref CommandContext c, KvEntry entry, long expiryMicros)
    {
        entry = c.State.Edit(entry);
        entry.ExpiresAtMicros = expiryMicros;
        c.State.Changed(entry);
    }

    private static void TellExpiry(ref CommandContext c, long originMicros)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd()) return;
        KvEntry? entry = c.Find(key);
        if (entry is null) c.Reply.WriteInteger(NoSuchKey);
        else if (!entry.Expires) c.Reply.WriteInteger(NeverExpires);
        else c.Reply.WriteInteger(entry.ExpiresAtMicros - originMicros);
    }
}
