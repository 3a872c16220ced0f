using BftCloud.Links;
using BftCloud.Primitives;
using FsCheck.Xunit;

namespace BftCloud.Links.Tests.Transport;

/// <summary>
/// For all sizes, flushes and cuts: the frames that come out are those that went in, in order.
/// </summary>
public sealed class FrameStreamTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frames_of_all_sizes_arrive_in_order_over_many_flush_patterns(bool localShortcut)
    {
        using LinkKeys keys = new();
        LinkOptions options = LinkOptions.Clients with { LocalShortcut = localShortcut };
        await using ClientPort port = new(keys, options);
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = port.Dial(sink, options: options);
        await sink.NextUpAsync();
        ClientLink back = await port.Sink.NextUpAsync();
        int[] sizes =
        [
            .. Enumerable.Range(0, 300),
            .. Enumerable.Range(-30, 60).Select(static i => SecureLink.RecordBytesMax + i),
            .. Enumerable.Range(-3, 6).Select(static i => 4 * SecureLink.RecordBytesMax + i),
            1000, 10_000, 100_000, 1 << 20, 0, 1, (1 << 20) - 1, 500_000, 0, 0, 7,
        ];
        Random random = new(1);
        random.Shuffle(sizes);
        foreach (int flushEvery in (int[])[1, 2, 7, 50, sizes.Length])
        {
            Task<int> there = CheckAsync(sizes, () => port.Sink.NextFrameAsync());
            Task<int> andBack = CheckAsync(sizes, () => sink.NextFrameAsync());
            for (int i = 0; i < sizes.Length; i++)
            {
                byte[] frame = Frame(i, sizes[i]);
                await Patience.UntilAsync(() => links.Send(new ReplicaId(0), frame), "there is room in the queue");
                await Patience.UntilAsync(() => back.Send(frame), "there is room in the queue");
                if (i % flushEvery != 0 && i != sizes.Length - 1) continue;
                links.Flush();
                port.Listener.Flush();
            }
            Assert.Equal(sizes.Length, await there);
            Assert.Equal(sizes.Length, await andBack);
        }
    }

    [Property]
    public void Frames_come_out_whole_wherever_the_stream_is_cut(int[] sizes, int[] cuts)
    {
        byte[][] frames = [.. sizes.Select(static (size, i) => Frame(i, Math.Abs(size % 500)))];
        byte[] stream =
            [.. frames.SelectMany(static frame => (byte[])[.. BitConverter.GetBytes(frame.Length), .. frame])];
        FrameAssembler assembler = new(500, new RemoteBudget(500));
        List<byte[]> received = [];
        int start = 0;
        IEnumerable<int> ends = cuts.Select(cut => (int)(Math.Abs((long)cut) % (stream.Length + 1)));
        foreach (int end in ends.Append(stream.Length).Order())
        {
            ReadOnlyMemory<byte> piece = stream.AsMemory(start, end - start);
            while (assembler.TryRead(ref piece, out ReadOnlyMemory<byte> frame)) received.Add(frame.ToArray());
            start = end;
        }
        Assert.Null(assembler.Fault);
        Assert.Equal(frames, received);
    }

    private static async Task<int> CheckAsync(int[] sizes, Func<Task<byte[]>> next)
    {
        for (int i = 0; i < sizes.Length; i++) Assert.Equal(Frame(i, sizes[i]), await next());
        return sizes.Length;
    }

    private static byte[] Frame(int number, int size)
    {
        byte[] frame = new byte[size];
        new Random(number).NextBytes(frame);
        return frame;
    }
}
