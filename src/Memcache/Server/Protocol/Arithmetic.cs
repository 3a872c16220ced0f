using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>What became of a number.</summary>
internal enum ArithmeticResult
{
    Done,
    NotFound,
    NotNumeric,
    Exists,
    NoMemory,
}

/// <summary>Adds to numbers in text, as incr, decr and ma do.</summary>
internal static class Arithmetic
{
    /// <summary>Digits of the largest number, and a byte behind them.</summary>
    private const int DigitsMax = 21;

    /// <summary>Longer values are no numbers.</summary>
    private const int TextBytesMax = 1024;

    /// <summary>
    /// Adds to an item's number, or takes away; at the end of 64 bits it begins again, and ends at 0.
    /// </summary>
    public static ArithmeticResult Apply(
        CacheStore store, ref uint item, bool increments, ulong delta, ulong compare, out ulong number)
    {
        number = 0;
        if (item == 0)
        {
            if (increments) store.Counters.IncrementMisses++;
            else store.Counters.DecrementMisses++;
            return ArithmeticResult.NotFound;
        }
        int length = store.At(item).ValueLength;
        if (length == 0) return ArithmeticResult.NotNumeric;
        if (compare != 0 && store.At(item).Cas != compare) return ArithmeticResult.Exists;
        if (length > TextBytesMax) return ArithmeticResult.NotNumeric;
        Span<byte> text = stackalloc byte[length];
        store.Read(item, 0, text);
        if (!NumberText.TryParse(text, out number)) return ArithmeticResult.NotNumeric;
        if (increments) store.Counters.IncrementHits++;
        else store.Counters.DecrementHits++;
        number = increments ? unchecked(number + delta) : delta > number ? 0 : number - delta;
        Span<byte> digits = stackalloc byte[DigitsMax];
        number.TryFormat(digits, out int written);
        return store.TrySetNumber(ref item, digits[..written]) ? ArithmeticResult.Done : ArithmeticResult.NoMemory;
    }
}
