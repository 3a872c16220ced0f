using BftCloud.Links;
using FsCheck;
using FsCheck.Fluent;

namespace BftCloud.Links.Tests.Transport;

public sealed class OutboundQueueTests
{
    [Fact]
    public void It_gives_back_what_was_appended_and_only_what_was_flushed() => Prop.ForAll<int[]>(static steps =>
    {
        OutboundQueue queue = new();
        List<FrameBuffer> frames = [];
        Queue<byte> model = new();
        int flushed = 0;
        byte next = 0;
        foreach (int step in steps)
        {
            int size = Math.Abs(step % 100_000);
            switch (Math.Abs(step % 4))
            {
                case 0:
                    byte[] bytes = [.. Enumerable.Range(0, size).Select(_ => next++)];
                    queue.Append(bytes);
                    foreach (byte b in bytes) model.Enqueue(b);
                    break;
                case 1:
                    frames.Add(Frame(size));
                    queue.Append(frames[^1]);
                    foreach (byte b in frames[^1].Written) model.Enqueue(b);
                    break;
                case 2:
                    queue.Flush();
                    flushed = model.Count;
                    break;
                default:
                    byte[] taken = Take(queue, Math.Min(size, flushed));
                    flushed -= taken.Length;
                    Assert.All(taken, b => Assert.Equal(model.Dequeue(), b));
                    break;
            }
            Assert.Equal(model.Count, queue.Length);
            Assert.Equal(flushed, queue.Flushed);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Take(new byte[flushed + 1]));
        queue.Clear();
        Assert.Equal(0, queue.Length);
        Assert.All(frames, static frame => Assert.True(frame.IsUnshared));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_large_frame_is_not_copied_and_many_queues_hold_it_until_it_has_left()
    {
        using FrameUser frame = new(Frame(100_000));
        OutboundQueue[] queues = [new(), new(), new()];
        foreach (OutboundQueue queue in queues)
        {
            queue.Append(frame.Buffer);
            queue.Flush();
        }
        FrameSlice slice = queues[0].Take(new byte[60_000]);

        Assert.Same(frame.Buffer, slice.Buffer);
        Assert.True(slice.Bytes.SequenceEqual(frame.Buffer.Written[..60_000]));
        Assert.Equal(frame.Buffer.Length - 60_000, queues[0].Length);

        foreach (OutboundQueue queue in queues) queue.Clear();
        Assert.False(frame.Buffer.IsUnshared);
        // Its user holds it when the queue is gone.
        Assert.True(slice.Bytes.SequenceEqual(frame.Buffer.Written[..60_000]));
        slice.Release();
        Assert.True(frame.Buffer.IsUnshared);
    }

    [Fact]
    public void Small_frames_are_copied_and_leave_together()
    {
        using FrameUser frame = new(Frame(60));
        OutboundQueue queue = new();
        for (int i = 0; i < 10; i++) queue.Append(frame.Buffer);
        queue.Flush();
        Assert.True(frame.Buffer.IsUnshared);

        byte[] all = new byte[10 * frame.Buffer.Length];
        Assert.Null(queue.Take(all).Buffer);
        Assert.Equal(Enumerable.Repeat(frame.Buffer.Written.ToArray(), 10).SelectMany(static bytes => bytes), all);
    }

    private static byte[] Take(OutboundQueue queue, int count)
    {
        byte[] bytes = new byte[count];
        FrameSlice slice = queue.Take(bytes);
        slice.Bytes.CopyTo(bytes);
        slice.Release();
        return bytes;
    }

    private static FrameBuffer Frame(int payloadBytes)
    {
        FrameBuffer frame = FrameBuffer.RentFrame();
        new Random(payloadBytes).NextBytes(frame.GetSpan(payloadBytes)[..payloadBytes]);
        frame.Advance(payloadBytes);
        frame.Complete();
        return frame;
    }

    private sealed class FrameUser(FrameBuffer buffer) : IDisposable
    {
        public FrameBuffer Buffer => buffer;

        public void Dispose() => buffer.Release();
    }
}
