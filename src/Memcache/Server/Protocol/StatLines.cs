namespace Memcache.Server.Protocol;

/// <summary>Writes the lines of <c>stats</c>.</summary>
/// <param name="output">Where they go.</param>
internal sealed class StatLines(ReplyBuffer output)
{
    /// <summary>The longest line.</summary>
    private const int LineBytesMax = 320;

    private static ReadOnlySpan<byte> Prefix => "STAT "u8;

    /// <summary>No more lines are written: there is no room for them.</summary>
    public bool IsFull => output.Room < LineBytesMax;

    public void Add(ReadOnlySpan<byte> name, long value)
    {
        if (!Begin(name)) return;
        output.AddSigned(value);
        output.Add(Texts.End);
    }

    public void Add(ReadOnlySpan<byte> name, string value)
    {
        if (!Begin(name)) return;
        int length = Math.Min(value.Length, LineBytesMax / 2);
        Span<byte> text = output.Take(length);
        for (int i = 0; i < length; i++) text[i] = value[i] is > ' ' and < (char)127 ? (byte)value[i] : (byte)'?';
        output.Add(Texts.End);
    }

    private bool Begin(ReadOnlySpan<byte> name)
    {
        if (IsFull) return false;
        output.Add(Prefix);
        output.Add(name);
        output.Add((byte)' ');
        return true;
    }
}
