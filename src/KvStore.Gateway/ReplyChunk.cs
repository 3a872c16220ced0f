namespace KvStore.Gateway;

/// <summary>A piece of the replies that a client has not taken yet.</summary>
internal sealed class ReplyChunk(int size)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);
    private int _length;

    public int Size => _bytes.Length;
    public int Free => _bytes.Length - _length;
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Appends what fits, and returns how much that is.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, Free);
        bytes[..count].CopyTo(_bytes.AsSpan(_length));
        _length += count;
        return count;
    }
}
