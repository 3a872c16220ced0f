using System.Buffers.Binary;

namespace DepSky.Bench;

/// <summary>Content of any length that takes no memory: read, it yields a pattern; written to, it checks that pattern.</summary>
internal sealed class PatternStream(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, length - _position);
        Fill(buffer[..count], _position);
        _position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Span<byte> expected = stackalloc byte[4096];
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, expected.Length);
            Fill(expected[..count], _position);
            if (!expected[..count].SequenceEqual(buffer[..count])) throw new InvalidDataException($"Wrong bytes at {_position}.");
            _position += count;
            buffer = buffer[count..];
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public void ThrowIfIncomplete()
    {
        if (_position != length) throw new InvalidDataException($"{_position} bytes instead of {length}.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Every eight bytes are their own position, scrambled.</summary>
    private static void Fill(Span<byte> buffer, long position)
    {
        Span<byte> word = stackalloc byte[8];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, (ulong)(position / 8) * 0x9E3779B97F4A7C15);
            Span<byte> rest = word[(int)(position % 8)..];
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer);
            buffer = buffer[count..];
            position += count;
        }
    }
}
