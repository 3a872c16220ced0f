namespace Memcache.Server.Protocol;

/// <summary>Replies that will be sent next. It does not grow: a session stops where the room ends.</summary>
/// <param name="bytes">How many it holds.</param>
internal sealed class ReplyBuffer(int bytes)
{
    private readonly byte[] _bytes = new byte[bytes];

    public int Length { get; private set; }

    public int Room => _bytes.Length - Length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    public void Add(byte character) => _bytes[Length++] = character;

    public void Add(ulong number)
    {
        number.TryFormat(_bytes.AsSpan(Length), out int written);
        Length += written;
    }

    public void AddSigned(long number)
    {
        number.TryFormat(_bytes.AsSpan(Length), out int written);
        Length += written;
    }

    /// <summary>So many bytes of the rest, which count as written.</summary>
    public Span<byte> Take(int length)
    {
        Span<byte> taken = _bytes.AsSpan(Length, length);
        Length += length;
        return taken;
    }

    /// <summary>Forgets what was written behind a length.</summary>
    public void TakeBack(int length) => Length = length;

    public void Clear() => Length = 0;
}
