using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>Commands on strings that are numbers.</summary>
internal static class CounterCommands
{
    public static void Increment(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryInteger(out long delta)
            || !c.TryEnd() || !c.TryFindString(key, out KvEntry? entry)
            || !c.TryGrow()) return;
        long value = 0;
        if (entry is not null && !IntegerText.TryParse(entry.Bytes, out value)) c.Fail(KvErrorCode.NotAnInteger);
        else if (!TryAdd(value, delta, out long sum)) c.Fail(KvErrorCode.Overflow);
        else
        {
            Span<byte> text = stackalloc byte[IntegerText.LengthMax];
            Write(c.State, entry, key, text[..IntegerText.Format(sum, text)]);
            c.Reply.WriteInteger(sum);
        }
    }

    public static void IncrementDecimal(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key) || !c.TryValue(out ReadOnlySpan<byte> deltaText) || !c.TryEnd()
            || !c.TryFindString(key, out KvEntry? entry) || !c.TryChargeKept(entry) || !c.TryGrow()) return;
        decimal value = 0;
        if (entry is not null && !DecimalText.TryParse(entry.Bytes, out value)
            || !DecimalText.TryParse(deltaText, out decimal delta))
        {
            c.Fail(KvErrorCode.NotANumber);
        }
        else if (!DecimalText.TryAdd(value, delta, out decimal sum))
        {
            c.Fail(KvErrorCode.Overflow);
        }
        else
        {
            Span<byte> text = stackalloc byte[DecimalText.LengthMax];
            text = text[..DecimalText.Format(sum, text)];
            Write(c.State, entry, key, text);
            c.Reply.WriteBinary(text);
        }
    }

    public static bool TryAdd(long left, long right, out long sum)
    {
        sum = unchecked(left + right);
        return ((left ^ sum) & (right ^ sum)) >= 0;
    }

    private static void Write(KvState state, KvEntry? entry, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        entry = entry is null ? state.Add(key) : state.EditForReplacement(entry);
        entry.SetBytes(value);
        state.Changed(entry);
    }
}
