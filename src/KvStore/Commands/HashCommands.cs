using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on hashes: fields with values under one key.</summary>
internal static class HashCommands
{
    public static void Put(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead(2)
            || !c.TryFind(key, out KvEntry? entry, out KvHash? _) || !c.TryGrow()) return;
        KvHash hash = Edit(ref c, key, ref entry);
        int added = 0;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> field);
            c.TryValue(out ReadOnlySpan<byte> value);
            if (hash.Put(field, value)) added++;
        }
        c.State.Changed(entry);
        c.Reply.WriteInteger(added);
    }

    public static void PutIfAbsent(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKey(out ReadOnlySpan<byte> field)
            || !c.TryValue(out ReadOnlySpan<byte> value)
            || !c.TryEnd() || !c.TryFind(key, out KvEntry? entry, out KvHash? found) || !c.TryGrow()) return;
        bool absent = found is null || !found.TryGet(field, out _);
        c.Reply.WriteInteger(absent ? 1 : 0);
        if (!absent) return;
        Edit(ref c, key, ref entry).Put(field, value);
        c.State.Changed(entry);
    }

    public static void Get(ref CommandContext c)
    {
        if (!TryFindField(ref c, out byte[]? value)) return;
        if (value is null) c.Reply.WriteNil();
        else if (c.TryFit(value.Length)) c.Reply.WriteBinary(value);
    }

    public static void Length(ref CommandContext c)
    {
        if (TryFindField(ref c, out byte[]? value)) c.Reply.WriteInteger(value?.Length ?? 0);
    }

    public static void Exists(ref CommandContext c)
    {
        if (TryFindField(ref c, out byte[]? value)) c.Reply.WriteInteger(value is null ? 0 : 1);
    }

    public static void Count(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFind(key, out _, out KvHash? hash)) return;
        c.Reply.WriteInteger(hash?.Count ?? 0);
    }

    public static void MultiGet(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead() || !c.TryFind(key, out _, out KvHash? hash))
            return;
        int start = c.Reply.Length;
        c.Reply.WriteArray(c.ArgumentCount);
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> field);
            if (hash is null || !hash.TryGet(field, out byte[] value))
            {
                c.Reply.WriteNil();
            }
            else if (c.Fits(value.Length + CanonicalFormat.HeaderBytesMax * c.ArgumentCount))
            {
                c.Reply.WriteBinary(value);
            }
            else
            {
                c.Reply.Length = start;
                c.Fail(KvErrorCode.ReplyTooLong);
                return;
            }
        }
    }

    public static void Delete(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead()
            || !c.TryFind(key, out KvEntry? entry, out KvHash? found)) return;
        int removed = 0;
        KvHash? hash = null;
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> field);
            if (found is null || !(hash ?? found).TryGet(field, out _)) continue;
            hash ??= Edit(ref c, key, ref entry);
            hash.Remove(field);
            removed++;
        }
        if (hash is not null) Collections.ChangedOrEmptied(c.State, entry!);
        c.Reply.WriteInteger(removed);
    }

    public static void GetAll(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)
            || !c.TryInteger(1, (long)(ListingFlags.Keys | ListingFlags.Values), out long flags) || !c.TryEnd()
            || !c.TryFind(key, out _, out KvHash? hash)) return;
        if (hash is null)
        {
            c.Reply.WriteArray(0);
            return;
        }
        if (!c.TryChargeSteps(hash.Count)) return;
        int start = c.Reply.Length, items = 0;
        CowTreeCursor<byte[]> cursor = hash.Walk();
        while (cursor.MoveNext())
        {
            if (!c.Fits(cursor.Key.Length + cursor.Value.Length + 2 * CanonicalFormat.HeaderBytesMax))
            {
                c.Reply.Length = start;
                c.Fail(KvErrorCode.ReplyTooLong);
                return;
            }
            items += WriteField(ref c, (ListingFlags)flags, cursor);
        }
        c.Reply.InsertArray(start, items);
    }

    /// <summary>
    /// Fields with values, after a field, in order. The first element of the reply is the field after which to go on,
    /// or nil.
    /// </summary>
    public static void List(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)
            || !Collections.TryReadPage(ref c, out ReadOnlySpan<byte> after, out bool continues, out int limit)
            || !c.TryFind(key, out _, out KvHash? hash)) return;
        Page page = new(c.Reply.Length, limit);
        if (hash is not null)
        {
            CowTreeCursor<byte[]> cursor = hash.Walk();
            if (continues) cursor.Seek(after);
            while (cursor.MoveNext())
            {
                if (continues && cursor.Key.AsSpan().SequenceEqual(after)) continue;
                if (!page.TryAdd(ref c, cursor.Key, 2, cursor.Value.Length)) break;
                WriteField(ref c, ListingFlags.Keys | ListingFlags.Values, cursor);
            }
        }
        page.End(ref c);
    }

    public static void Increment(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKey(out ReadOnlySpan<byte> field)
            || !c.TryInteger(out long delta) || !c.TryEnd()
            || !c.TryFind(key, out KvEntry? entry, out KvHash? found) || !c.TryGrow()) return;
        long value = 0;
        if (found is not null && found.TryGet(field, out byte[] held) && !IntegerText.TryParse(held, out value))
            c.Fail(KvErrorCode.FieldNotAnInteger);
        else if (!CounterCommands.TryAdd(value, delta, out long sum)) c.Fail(KvErrorCode.Overflow);
        else
        {
            Span<byte> text = stackalloc byte[IntegerText.LengthMax];
            Edit(ref c, key, ref entry).Put(field, text[..IntegerText.Format(sum, text)]);
            c.State.Changed(entry);
            c.Reply.WriteInteger(sum);
        }
    }

    public static void IncrementDecimal(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKey(out ReadOnlySpan<byte> field)
            || !c.TryValue(out ReadOnlySpan<byte> deltaText)
            || !c.TryEnd()) return;
        if (!DecimalText.TryParse(deltaText, out decimal delta))
        {
            c.Fail(KvErrorCode.NotANumber);
            return;
        }
        if (!c.TryFind(key, out KvEntry? entry, out KvHash? found) || !c.TryGrow()) return;
        decimal value = 0;
        byte[] held = [];
        bool isThere = found is not null && found.TryGet(field, out held);
        if (!c.TryCharge(isThere ? held.Length : 0)) return;
        if (isThere && !DecimalText.TryParse(held, out value))
            c.Fail(KvErrorCode.FieldNotANumber);
        else if (!DecimalText.TryAdd(value, delta, out decimal sum)) c.Fail(KvErrorCode.Overflow);
        else
        {
            Span<byte> text = stackalloc byte[DecimalText.LengthMax];
            text = text[..DecimalText.Format(sum, text)];
            Edit(ref c, key, ref entry).Put(field, text);
            c.State.Changed(entry);
            c.Reply.WriteBinary(text);
        }
    }

    private static bool TryFindField(ref CommandContext c, out byte[]? value)
    {
        value = null;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKey(out ReadOnlySpan<byte> field)
            || !c.TryEnd() || !c.TryFind(key, out _, out KvHash? hash))
            return false;
        if (hash is not null && hash.TryGet(field, out byte[] found)) value = found;
        return true;
    }

    private static int WriteField(ref CommandContext c, ListingFlags flags, CowTreeCursor<byte[]> cursor)
    {
        if (flags.HasFlag(ListingFlags.Keys)) c.Reply.WriteBinary(cursor.Key);
        if (flags.HasFlag(ListingFlags.Values)) c.Reply.WriteBinary(cursor.Value);
        return flags == (ListingFlags.Keys | ListingFlags.Values) ? 2 : 1;
    }

    private static KvHash Edit(
        ref CommandContext c, ReadOnlySpan<byte> key, [System.Diagnostics.CodeAnalysis.NotNull] ref KvEntry? entry) =>
        (KvHash)Collections.Edit(c.State, key, ref entry, static generation => new KvHash(generation));
}
