using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on byte strings.</summary>
internal static class StringCommands
{
    public static void Get(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)) return;
        WriteValue(ref c, entry);
    }

    public static void GetEntry(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)) return;
        if (entry is null)
        {
            c.Reply.WriteNil();
        }
        else if (c.TryFit(entry.Bytes.Length, 3))
        {
            c.Reply.WriteArray(3);
            c.Reply.WriteBinary(entry.Bytes);
            c.Reply.WriteInteger(entry.Revision);
            if (entry.Expires) c.Reply.WriteInteger(entry.ExpiresAtMicros);
            else c.Reply.WriteNil();
        }
    }

    public static void MultiGet(ref CommandContext c)
    {
        if (!c.TryKeysAhead()) return;
        int start = c.Reply.Length;
        c.Reply.WriteArray(c.ArgumentCount);
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            if (c.Find(key) is not { IsString: true } entry)
            {
                c.Reply.WriteNil();
            }
            else if (c.Fits(entry.Bytes.Length + CanonicalFormat.HeaderBytesMax * c.ArgumentCount))
            {
                c.Reply.WriteBinary(entry.Bytes);
            }
            else
            {
                c.Reply.Length = start;
                c.Fail(KvErrorCode.ReplyTooLong);
                return;
            }
        }
    }

    public static void Put(ref CommandContext c)
    {
        const WriteFlags Allowed =
            WriteFlags.IfAbsent | WriteFlags.IfPresent | WriteFlags.ReturnOld | WriteFlags.ReturnRevision
            | WriteFlags.KeepExpiry | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt;
        const WriteFlags Returned = WriteFlags.ReturnOld | WriteFlags.ReturnRevision;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryValue(out ReadOnlySpan<byte> value)
            || !c.TryFlags(Allowed, out WriteFlags flags)) return;
        if ((flags & Returned) == Returned)
        {
            c.Malformed();
            return;
        }
        KvEntry? entry = c.Find(key);
        if (!c.TryReadExpiry(flags, entry?.ExpiresAtMicros ?? long.MaxValue, out long expiryMicros) || !c.TryGrow())
            return;
        bool writes = !(entry is null ? flags.HasFlag(WriteFlags.IfPresent) : flags.HasFlag(WriteFlags.IfAbsent));
        if (flags.HasFlag(WriteFlags.ReturnOld))
        {
            if (entry is { IsString: false })
            {
                c.Fail(KvErrorCode.WrongType);
                return;
            }
            if (!TryWriteValue(ref c, entry)) return;
            if (writes) Write(ref c, entry, key, value, expiryMicros);
        }
        else if (!writes)
        {
            c.Reply.WriteNil();
        }
        else
        {
            KvEntry written = Write(ref c, entry, key, value, expiryMicros);
            if (flags.HasFlag(WriteFlags.ReturnRevision)) c.Reply.WriteInteger(written.Revision);
            else c.Reply.WriteTrue();
        }
    }

    public static void MultiPut(ref CommandContext c)
    {
        if (!c.TryKeysAhead(2) || !c.TryGrow()) return;
        PutAll(ref c);
        c.Reply.WriteTrue();
    }

    public static void MultiPutIfAbsent(ref CommandContext c)
    {
        if (!c.TryKeysAhead(2) || !c.TryGrow()) return;
        CanonicalReader ahead = c.Arguments;
        while (ahead.TryReadBinary(out ReadOnlySpan<byte> key))
        {
            ahead.TryReadBinary(out _);
            if (c.Find(key) is null) continue;
            c.Reply.WriteInteger(0);
            return;
        }
        PutAll(ref c);
        c.Reply.WriteInteger(1);
    }

    public static void CompareAndSet(ref CommandContext c)
    {
        const WriteFlags Allowed = WriteFlags.KeepExpiry | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt;
        if (!c.TryKey(out ReadOnlySpan<byte> key)) return;
        if (!c.Arguments.TryReadElement(out ReadOnlyMemory<byte> expected)
            || c.ArgumentCount < 3 || !Condition.IsExpectation(expected))
        {
            c.Malformed();
            return;
        }
        c.ArgumentCount--;
        ReadOnlySpan<byte> value = default;
        bool deletes = c.Arguments.TryReadNil();
        if (deletes) c.ArgumentCount--;
        else if (!c.TryValue(out value)) return;
        KvEntry? entry = c.Find(key);
        if (!c.TryFlags(Allowed, out WriteFlags flags)
            || !c.TryReadExpiry(flags, entry?.ExpiresAtMicros ?? long.MaxValue, out long expiryMicros)) return;
        if (entry is { IsString: false })
        {
            c.Fail(KvErrorCode.WrongType);
        }
        else if (!Condition.Holds(expected, entry))
        {
            WriteValue(ref c, entry);
        }
        else if (deletes || c.TryGrow())
        {
            if (!deletes) Write(ref c, entry, key, value, expiryMicros);
            else if (entry is not null) c.State.Remove(entry);
            c.Reply.WriteTrue();
        }
    }

    public static void Append(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryValue(out ReadOnlySpan<byte> value) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry) || !c.TryChargeKept(entry) || !c.TryGrow()) return;
        int length = entry?.Bytes.Length ?? 0;
        if (length + value.Length > KvLimits.ValueBytesMax)
        {
            c.Fail(KvErrorCode.TooLong);
            return;
        }
        entry = entry is null ? c.State.Add(key) : c.State.Edit(entry);
        value.CopyTo(entry.Reach(length, value.Length));
        c.State.Changed(entry);
        c.Reply.WriteInteger(entry.Bytes.Length);
    }

    public static void Length(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)) return;
        c.Reply.WriteInteger(entry?.Bytes.Length ?? 0);
    }

    public static void GetRange(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long start)
            || !c.TryInteger(out long end) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry)) return;
        if (start < 0 && end < 0 && start > end || entry is null)
        {
            c.Reply.WriteBinary([]);
            return;
        }
        (int from, int count) = IndexRange.Of(
            start, end < 0 ? Math.Max(end, -entry.Bytes.Length) : end, entry.Bytes.Length);
        if (c.TryFit(count)) c.Reply.WriteBinary(entry.Bytes.Slice(from, count));
    }

    public static void SetRange(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(0, long.MaxValue, out long offset)
            || !c.TryValue(out ReadOnlySpan<byte> value)
            || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry) || !c.TryGrow()) return;
        if (value.IsEmpty)
        {
            c.Reply.WriteInteger(entry?.Bytes.Length ?? 0);
            return;
        }
        if (offset > KvLimits.ValueBytesMax - value.Length)
        {
            c.Fail(KvErrorCode.TooLong);
            return;
        }
        if (!c.TryChargeKept(entry) || !c.TryCharge(offset)) return;
        entry = entry is null ? c.State.Add(key) : c.State.Edit(entry);
        value.CopyTo(entry.Reach((int)offset, value.Length));
        c.State.Changed(entry);
        c.Reply.WriteInteger(entry.Bytes.Length);
    }

    public static void GetAndDelete(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)
            || !TryWriteValue(ref c, entry)) return;
        if (entry is not null) c.State.Remove(entry);
    }

    public static void GetAndExpire(ref CommandContext c)
    {
        const WriteFlags Allowed =
            WriteFlags.KeepExpiry | WriteFlags.Persist | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt;
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryFlags(Allowed, out WriteFlags flags)
            || !c.TryFindString(key, out KvEntry? entry)) return;
        if (!c.TryReadExpiry(flags, entry?.ExpiresAtMicros ?? long.MaxValue, out long expiryMicros)
            || !c.TryChargeKept(entry) || !TryWriteValue(ref c, entry)) return;
        if (entry is null || expiryMicros == entry.ExpiresAtMicros) return;
        entry = c.State.Edit(entry);
        entry.ExpiresAtMicros = expiryMicros;
        c.State.Changed(entry);
    }

    private static void PutAll(ref CommandContext c)
    {
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            c.TryValue(out ReadOnlySpan<byte> value);
            Write(ref c, c.Find(key), key, value, long.MaxValue);
        }
    }

    /// <summary>Gives a key a value, whatever it holds.</summary>
    public static KvEntry Write(
        ref CommandContext c, KvEntry? entry, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long expiryMicros)
    {
        entry = entry is null ? c.State.Add(key) : c.State.EditForReplacement(entry);
        entry.SetBytes(value);
        entry.ExpiresAtMicros = expiryMicros;
        c.State.Changed(entry);
        return entry;
    }

    private static void WriteValue(ref CommandContext c, KvEntry? entry) => TryWriteValue(ref c, entry);

    /// <summary>Writes the value as the reply, or nil. False if it does not fit.</summary>
    private static bool TryWriteValue(ref CommandContext c, KvEntry? entry)
    {
        if (entry is null) c.Reply.WriteNil();
        else if (!c.TryFit(entry.Bytes.Length)) return false;
        else c.Reply.WriteBinary(entry.Bytes);
        return true;
    }
}
