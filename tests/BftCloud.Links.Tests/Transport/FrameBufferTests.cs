using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

public sealed class FrameBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1020)]
    [InlineData(1021)]
    [InlineData(3_000_000)]
    public void A_frame_is_its_length_and_what_was_written_however_it_grew(int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        FrameBuffer frame = FrameBuffer.RentFrame();
        foreach (byte[] piece in payload.Chunk(700)) frame.Write(piece);
        frame.Complete();

        Assert.Equal(payloadBytes, BinaryPrimitives.ReadInt32LittleEndian(frame.Written));
        Assert.True(frame.Written[4..].SequenceEqual(payload));
        frame.Release();
    }

    [Fact]
    public void The_next_frame_takes_the_same_memory_only_when_nobody_else_uses_it()
    {
        FrameBuffer first = FrameBuffer.RentFrame();
        first.Write("first"u8);
        FrameBuffer second = FrameBuffer.RentFrame(first);
        Assert.Same(first, second);
        Assert.Equal(4, second.Length);

        second.Write("second"u8);
        second.Retain();
        FrameBuffer third = FrameBuffer.RentFrame(second);
        Assert.NotSame(second, third);
        third.Write("third"u8);
        Assert.True(second.Written[4..].SequenceEqual("second"u8));
        second.Release();
        third.Release();
    }

    [Fact]
    public void Memory_is_not_used_after_its_last_user_released_it_nor_released_more_often()
    {
        FrameBuffer buffer = FrameBuffer.Rent(100);
        buffer.Retain();
        buffer.Release();
        Assert.True(buffer.Written.IsEmpty);
        buffer.Release();

        Assert.Throws<InvariantViolationException>(() => buffer.Written.Length);
        Assert.Throws<InvariantViolationException>(() => buffer.GetSpan(1).Length);
        Assert.Throws<InvariantViolationException>(buffer.Retain);
    }

    [Fact]
    public void A_release_too_many_is_found()
    {
        FrameBuffer buffer = FrameBuffer.Rent(100);
        buffer.Release();
        Assert.Throws<InvariantViolationException>(buffer.Release);
    }

    [Fact]
    public void What_others_read_is_neither_moved_nor_written_anew()
    {
        FrameBuffer buffer = FrameBuffer.Rent(100);
        buffer.Retain();
        Assert.Throws<InvariantViolationException>(() => buffer.GetSpan(buffer.Free + 1).Length);
        Assert.Throws<InvariantViolationException>(buffer.Reset);
        buffer.Release();
        buffer.Release();
    }
}
