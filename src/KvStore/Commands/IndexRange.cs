namespace KvStore.Commands;

/// <summary>Ranges given by two inclusive indices, of which negative ones count from the end.</summary>
internal static class IndexRange
{
    /// <summary>The part of a sequence of <paramref name="length"/> that lies in the range.</summary>
    public static (int Start, int Count) Of(long start, long end, int length)
    {
        if (start < 0) start = Math.Max(0, length + start);
        if (end < 0) end = Math.Max(-1, length + end);
        end = Math.Min(end, length - 1);
        return start > end || length == 0 ? (0, 0) : ((int)start, (int)(end - start + 1));
    }
}
