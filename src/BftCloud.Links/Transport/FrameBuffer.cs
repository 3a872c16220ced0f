using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Pooled memory for bytes that wait to be sent, with a count of its users: its renter, every queue that holds a
/// reference, and every link that is sealing from it. The memory returns to the pool when the last user releases it.
/// A frame is encoded into one once, behind its length, and any number of links send it from there. One thread writes;
/// what was written never changes, so other threads may read it meanwhile.
/// </summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int FrameBytesMin = 1024;

    /// <summary>Larger memory goes back to the pool at once rather than wait for the next frame.</summary>
    private const int FrameBytesKeptMax = 1 << 20;

    private byte[] _bytes;
    private int _users = 1;

    private FrameBuffer(int bytes) => _bytes = FramePool.Shared.Rent(bytes);

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that can be written before it has to grow.</summary>
    public int Free => _bytes.Length - Length;

    /// <summary>Whether its renter alone uses it, so that it may be written anew.</summary>
    public bool IsUnshared => Volatile.Read(ref _users) == 1;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => Memory().AsSpan(0, Length);

    /// <summary>Empty memory of at least so many bytes, with the caller as its one user.</summary>
    public static FrameBuffer Rent(int bytes) => new(bytes);

    /// <summary>
    /// An empty frame: what is written next is its payload, of any size. <see cref="Complete"/> is to follow.
    /// </summary>
    public static FrameBuffer RentFrame() => new(FrameBytesMin) { Length = FrameAssembler.LengthBytes };

    /// <summary>An empty frame that takes the place of another, in the same memory if it has no other user.</summary>
    public static FrameBuffer RentFrame(FrameBuffer previous)
    {
        if (previous.IsUnshared && previous._bytes.Length <= FrameBytesKeptMax)
        {
            previous.Length = FrameAssembler.LengthBytes;
            return previous;
        }
        int likely = Math.Clamp(previous.Length, FrameBytesMin, FrameBytesKeptMax);
        previous.Release();
        return new FrameBuffer(likely) { Length = FrameAssembler.LengthBytes };
    }

    /// <summary>Writes the frame's length in front of its payload, after which it can be sent.</summary>
    public void Complete() => BinaryPrimitives.WriteInt32LittleEndian(Memory(), Length - FrameAssembler.LengthBytes);

    /// <summary>One more user.</summary>
    public void Retain() =>
        Invariant.Holds(Interlocked.Increment(ref _users) > 1, "memory is not used after its release");

    /// <summary>One user less.</summary>
    public void Release()
    {
        int users = Interlocked.Decrement(ref _users);
        Invariant.Holds(users >= 0, "memory is released once by each of its users");
        if (users > 0) return;
        byte[] bytes = _bytes;
        _bytes = [];
        FramePool.Shared.Return(bytes);
    }

    /// <summary>Forgets what was written.</summary>
    public void Reset()
    {
        Invariant.Holds(IsUnshared, "memory is written anew when it has no reader");
        Length = 0;
    }

    /// <summary>Writes as much as there is room for, without growing; returns how much that was.</summary>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(Free, bytes.Length);
        bytes[..count].CopyTo(Memory().AsSpan(Length));
        Length += count;
        return count;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Free);
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return Memory().AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return Memory().AsSpan(Length);
    }

    private byte[] Memory()
    {
        Invariant.Holds(Volatile.Read(ref _users) > 0, "memory is not used after its release");
        return _bytes;
    }

    private void MakeRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (Free >= needed) return;
        Invariant.Holds(IsUnshared, "memory that others read does not move");
        long size = Math.Min(Math.Max(2L * _bytes.Length, (long)Length + needed), Array.MaxLength);
        byte[] larger = FramePool.Shared.Rent(Math.Max((int)size, checked(Length + needed)));
        Written.CopyTo(larger);
        FramePool.Shared.Return(_bytes);
        _bytes = larger;
    }
}
