namespace KvStore.Gateway.Protocol;

/// <summary>The arguments of one command, its name first. Good until the next one is parsed.</summary>
internal readonly ref struct RespArguments(ReadOnlySpan<byte> bytes, ReadOnlySpan<(int Start, int Length)> ranges)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ReadOnlySpan<(int Start, int Length)> _ranges = ranges;

    public int Count => _ranges.Length;

    public ReadOnlySpan<byte> this[int index] => _bytes.Slice(_ranges[index].Start, _ranges[index].Length);
}
