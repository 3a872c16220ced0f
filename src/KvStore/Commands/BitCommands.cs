using System.Numerics;
using System.Runtime.InteropServices;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on the bits of strings. Bit 0 is the highest of the first byte.</summary>
internal static class BitCommands
{
    /// <summary>Ranges are in bytes, as an argument.</summary>
    public const int InBytes = 0;

    /// <summary>As <see cref="InBytes"/>: in bits.</summary>
    public const int InBits = 1;

    private const int ByteBits = 8;
    private const int NotFound = -1;
    private const byte AllBits = 0xff;

    public static void Set(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(0, long.MaxValue, out long offset)
            || !c.TryInteger(0, 1, out long bit) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry) || !c.TryGrow()) return;
        if (offset >= (long)KvLimits.ValueBytesMax * ByteBits)
        {
            c.Fail(KvErrorCode.TooLong);
            return;
        }
        if (!c.TryChargeKept(entry) || !c.TryCharge(offset / ByteBits)) return;
        entry = entry is null ? c.State.Add(key) : c.State.Edit(entry);
        ref byte held = ref entry.Reach((int)(offset / ByteBits), 1)[0];
        int shift = ShiftOf(offset);
        int before = (held >> shift) & 1;
        held = (byte)(held & ~(1 << shift) | (int)bit << shift);
        c.State.Changed(entry);
        c.Reply.WriteInteger(before);
    }

    public static void Get(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(0, long.MaxValue, out long offset) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry)) return;
        bool isThere = entry is not null && offset / ByteBits < entry.Bytes.Length;
        c.Reply.WriteInteger(isThere ? (entry!.Bytes[(int)(offset / ByteBits)] >> ShiftOf(offset)) & 1 : 0);
    }

    /// <summary>How many bits are set in a range.</summary>
    public static void Count(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long start) || !c.TryInteger(out long end)
            || !c.TryInteger(InBytes, InBits, out long unit) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry)) return;
        long count = 0;
        if (entry is not null && !(start < 0 && end < 0 && start > end)
            && TryResolve(entry.Bytes, start, end, unit, out int first, out int last))
        {
            if (!c.TryChargeKept(entry)) return;
            count = CountOf(entry.Bytes, first, last);
        }
        c.Reply.WriteInteger(count);
    }

    /// <summary>
    /// The first bit in a range that is set, or is not, or -1. Without an end a string goes on with bits that are not
    /// set.
    /// </summary>
    public static void Position(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(0, 1, out long bit)
            || !c.TryInteger(InBytes, InBits, out long unit) || !c.TryInteger(out long start)) return;
        bool ends = c.ArgumentCount > 0;
        long end = -1;
        if (ends && !c.TryInteger(out end) || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)) return;
        int position = NotFound;
        if (entry is null)
        {
            position = bit == 1 ? NotFound : 0;
        }
        else if (TryResolve(entry.Bytes, start, end, unit, out int first, out int last))
        {
            if (!c.TryChargeKept(entry)) return;
            position = PositionOf(entry.Bytes, bit == 1, first, last);
            if (position == NotFound && bit == 0 && !ends) position = entry.Bytes.Length * ByteBits;
        }
        c.Reply.WriteInteger(position);
    }

    /// <summary>Puts what it makes of several strings, the shorter ones with zeros behind them, under a key.</summary>
    public static void Combine(ref CommandContext c)
    {
        if (!c.TryInteger((long)BitCombination.And, (long)BitCombination.Not, out long how)
            || !c.TryKey(out ReadOnlySpan<byte> key) || !c.TryKeysAhead()) return;
        if ((BitCombination)how == BitCombination.Not && c.ArgumentCount > 1)
        {
            c.Malformed();
            return;
        }
        List<KvEntry?> sources = [];
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> source);
            if (!c.TryFindString(source, out KvEntry? entry) || !c.TryChargeKept(entry)) return;
            sources.Add(entry);
        }
        byte[] result = new byte[sources.Max(static s => BytesOf(s).Length)];
        BytesOf(sources[0]).CopyTo(result);
        foreach (KvEntry? source in sources.Skip(1)) Combine(result, BytesOf(source), (BitCombination)how);
        if ((BitCombination)how == BitCombination.Not)
        {
            for (int i = 0; i < result.Length; i++) result[i] ^= AllBits;
        }
        KvEntry? replaced = c.Find(key);
        if (result.Length > 0)
        {
            if (!c.TryGrow()) return;
            StringCommands.Write(ref c, replaced, key, result, long.MaxValue);
        }
        else if (replaced is not null)
        {
            c.State.Remove(replaced);
        }
        c.Reply.WriteInteger(result.Length);
    }

    private static void Combine(Span<byte> result, ReadOnlySpan<byte> other, BitCombination how)
    {
        Span<byte> shared = result[..other.Length];
        switch (how)
        {
            case BitCombination.And:
                for (int i = 0; i < shared.Length; i++) shared[i] &= other[i];
                result[other.Length..].Clear();
                break;
            case BitCombination.Or:
                for (int i = 0; i < shared.Length; i++) shared[i] |= other[i];
                break;
            default:
                for (int i = 0; i < shared.Length; i++) shared[i] ^= other[i];
                break;
        }
    }

    private static ReadOnlySpan<byte> BytesOf(KvEntry? entry) => entry is null ? [] : entry.Bytes;

    private static int ShiftOf(long offset) => ByteBits - 1 - (int)(offset % ByteBits);

    /// <summary>The bits of the range. False if there are none.</summary>
    private static bool TryResolve(
        ReadOnlySpan<byte> bytes, long start, long end, long unit, out int first, out int last)
    {
        int length = unit == InBits ? bytes.Length * ByteBits : bytes.Length;
        (int from, int count) = IndexRange.Of(start, end < 0 ? Math.Max(end, -length) : end, length);
        int unitBits = unit == InBits ? 1 : ByteBits;
        first = from * unitBits;
        last = (from + count) * unitBits - 1;
        return count > 0;
    }

    private static long CountOf(ReadOnlySpan<byte> bytes, int first, int last)
    {
        bytes = bytes[(first / ByteBits)..(last / ByteBits + 1)];
        long count = 0;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) count += BitOperations.PopCount(word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..]) count += BitOperations.PopCount(rest);
        int before = bytes[0] & ~(AllBits >> (first % ByteBits));
        int behind = bytes[^1] & (1 << ShiftOf(last)) - 1;
        return count - BitOperations.PopCount((uint)before) - BitOperations.PopCount((uint)behind);
    }

    private static int PositionOf(ReadOnlySpan<byte> bytes, bool isSet, int first, int last)
    {
        byte without = isSet ? (byte)0 : AllBits; // has no such bit
        int index = first / ByteBits;
        int bits = (bytes[index] ^ without) & AllBits >> (first % ByteBits);
        if (bits == 0)
        {
            int ahead = bytes[(index + 1)..(last / ByteBits + 1)].IndexOfAnyExcept(without);
            if (ahead < 0) return NotFound;
            index += 1 + ahead;
            bits = bytes[index] ^ without;
        }
        int position = index * ByteBits + BitOperations.LeadingZeroCount((uint)bits) - (32 - ByteBits);
        return position <= last ? position : NotFound;
    }
}
