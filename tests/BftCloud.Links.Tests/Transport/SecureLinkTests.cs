using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

/// <summary>What a link does, with every cipher suite.</summary>
public abstract class SecureLinkTests
{
    private protected abstract CipherSuites Suite { get; }

    [Fact]
    public async Task Frames_are_records_of_length_and_payload()
    {
        await using LinkPair pair = await CreateAsync();
        pair.Link.Send("one"u8);
        pair.Link.Send(""u8);
        pair.Link.Send("three"u8);
        pair.Link.Flush();
        Assert.Equal([3, 0, 0, 0, .. "one"u8, 0, 0, 0, 0, 5, 0, 0, 0, .. "three"u8], await pair.ReceiveRecordAsync());
        Assert.Equal(1, pair.Counters.SocketSends);
        Assert.Equal(3, pair.Counters.FramesSent);
    }

    [Fact]
    public async Task Nothing_leaves_before_it_is_flushed()
    {
        await using LinkPair pair = await CreateAsync();
        pair.Link.Send("first"u8);
        pair.Link.Flush();
        pair.Link.Send("held back"u8);
        Assert.Equal(9, (await pair.ReceiveRecordAsync()).Length);
        // A heartbeat goes out, and still does not take the frame along.
        pair.Link.Tick(5);
        pair.Link.Tick(5);
        Assert.Empty(await pair.ReceiveRecordAsync());
        pair.Link.Flush();
        Assert.Equal(13, (await pair.ReceiveRecordAsync()).Length);
    }

    [Fact]
    public async Task What_was_flushed_during_a_send_goes_out_together_after_it_and_no_more()
    {
        await using LinkPair pair = await CreateAsync(bufferBytes: 16 << 10);
        byte[] large = new byte[8 << 20];
        pair.Link.Send(large);
        pair.Link.Flush();
        pair.Link.Send("two"u8);
        pair.Link.Flush();
        pair.Link.Send("three"u8);
        pair.Link.Flush();
        pair.Link.Send("held back"u8);
        long received = 0;
        while (received < large.Length + 4) received += (await pair.ReceiveRecordAsync()).Length;
        if (received == large.Length + 4) received += (await pair.ReceiveRecordAsync()).Length;
        Assert.Equal(large.Length + 4 + 7 + 9, received);
    }

    [Fact]
    public async Task A_changed_record_ends_the_link()
    {
        for (int i = 0; i < 10; i++)
        {
            await using LinkPair pair = await CreateAsync();
            byte[] record = pair.Record([2, 0, 0, 0, 1, 2]);
            record[2 + 2 * i] ^= 1;
            await pair.Far.SendAsync(record);
            Assert.Equal(LinkFault.CorruptRecord, await pair.EndAsync());
            Assert.Equal(0, pair.Sink.Waiting);
        }
    }

    [Fact]
    public async Task A_repeated_record_ends_the_link()
    {
        await using LinkPair pair = await CreateAsync();
        byte[] record = pair.Record([1, 0, 0, 0, 7]);
        await pair.Far.SendAsync(record);
        Assert.Equal([7], await pair.Sink.NextFrameAsync());
        await pair.Far.SendAsync(record);
        Assert.Equal(LinkFault.CorruptRecord, await pair.EndAsync());
        Assert.Equal(0, pair.Sink.Waiting);
    }

    [Fact]
    public async Task Records_in_another_order_end_the_link()
    {
        await using LinkPair pair = await CreateAsync();
        byte[] first = pair.Record([1, 0, 0, 0, 1]);
        byte[] second = pair.Record([1, 0, 0, 0, 2]);
        await pair.Far.SendAsync((byte[])[.. second, .. first]);
        Assert.Equal(LinkFault.CorruptRecord, await pair.EndAsync());
        Assert.Equal(0, pair.Sink.Waiting);
    }

    [Fact]
    public async Task What_came_before_a_corrupt_record_is_handed_out()
    {
        await using LinkPair pair = await CreateAsync();
        await pair.Far.SendAsync((byte[])[.. pair.Record([1, 0, 0, 0, 1]), 0, 16, .. new byte[16]]);
        Assert.Equal([1], await pair.Sink.NextFrameAsync());
        Assert.Equal(LinkFault.CorruptRecord, await pair.EndAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(65535)]
    public async Task A_length_that_no_record_has_ends_the_link(int length)
    {
        await using LinkPair pair = await CreateAsync();
        byte[] header = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)length);
        await pair.Far.SendAsync(header);
        Assert.Equal(LinkFault.CorruptRecord, await pair.EndAsync());
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public async Task An_oversized_frame_ends_the_link_before_anything_is_allocated_for_it(int length)
    {
        await using LinkPair pair = await CreateAsync(LinkOptions.Peers with { FrameBytesMax = 1000 });
        byte[] header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        await pair.SendRecordAsync(header);
        Assert.Equal(LinkFault.OversizedFrame, await pair.EndAsync());
    }

    [Fact]
    public async Task The_largest_frame_passes()
    {
        await using LinkPair pair = await CreateAsync(LinkOptions.Peers with { FrameBytesMax = 1000 });
        await pair.SendRecordAsync([0xe8, 3, 0, 0, .. new byte[1000]]);
        Assert.Equal(1000, (await pair.Sink.NextFrameAsync()).Length);
        Assert.True(pair.Link.Send(new byte[1000]));
        Assert.Throws<ArgumentException>(() => pair.Link.Send(new byte[1001]));
    }

    [Fact]
    public async Task Unfinished_frames_are_bounded_over_all_links_of_one_remote()
    {
        RemoteBudget budget = new(2500);
        await using LinkPair first = await CreateAsync(budget: budget);
        await using LinkPair second = await CreateAsync(budget: budget);
        await using LinkPair third = await CreateAsync(budget: budget);
        await first.SendRecordAsync([1, 0, 0, 0, 1, 0xe8, 3, 0, 0, 1]);
        await second.SendRecordAsync([1, 0, 0, 0, 2, 0xe8, 3, 0, 0, 1]);
        await first.Sink.NextFrameAsync();
        await second.Sink.NextFrameAsync();
        await third.SendRecordAsync([1, 0, 0, 0, 3, 0xe8, 3, 0, 0, 1]);
        Assert.Equal(LinkFault.OverBudget, await third.EndAsync());

        // What one finishes, another may begin.
        await first.SendRecordAsync(new byte[999]);
        Assert.Equal(1000, (await first.Sink.NextFrameAsync()).Length);
        await second.SendRecordAsync([.. new byte[999], 0xe8, 3, 0, 0, 1, 2, 3]);
        Assert.Equal(1000, (await second.Sink.NextFrameAsync()).Length);
        Assert.False(second.Run.IsCompleted);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_costs_a_bounded_queue_and_keeps_its_link()
    {
        LinkOptions options = LinkOptions.Peers with { FrameBytesMax = 64 << 10, QueueBytesMax = 1 << 20 };
        await using LinkPair pair = await CreateAsync(options, bufferBytes: 16 << 10);
        byte[] frame = new byte[10_000];
        int taken = 0;
        Assert.False(pair.Link.IsBehind);
        for (int i = 0; i < 1000; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame, i);
            if (pair.Link.Send(frame)) taken++;
            pair.Link.Flush();
        }
        // The queue, one socket send under way, and what the kernel's buffers took.
        Assert.InRange(taken, 100, 250);
        Assert.True(pair.Link.IsBehind);
        Assert.False(pair.Run.IsCompleted);

        // When it reads again it gets every frame that was taken, whole and in order.
        long bytes = 0;
        while (bytes < taken * 10_004L) bytes += (await pair.ReceiveRecordAsync()).Length;
        Assert.Equal(taken * 10_004L, bytes);
        Assert.True(pair.Link.Send("news"u8));
        pair.Link.Flush();
        Assert.Equal(8, (await pair.ReceiveRecordAsync()).Length);
    }

    [Fact]
    public async Task One_frame_leaves_on_many_links_between_others_and_is_nobodys_afterwards()
    {
        await using LinkPair first = await CreateAsync();
        await using LinkPair second = await CreateAsync();
        byte[] payload = RandomNumberGenerator.GetBytes(200_000);
        FrameBuffer frame = FrameBuffer.RentFrame();
        frame.Write(payload);
        frame.Complete();
        foreach (LinkPair pair in (LinkPair[])[first, second])
        {
            pair.Link.Send("before"u8);
            Assert.True(pair.Link.Send(frame));
            pair.Link.Send("after"u8);
            pair.Link.Flush();
        }
        foreach (LinkPair pair in (LinkPair[])[first, second])
        {
            byte[] expected = [6, 0, 0, 0, .. "before"u8, .. frame.Written, 5, 0, 0, 0, .. "after"u8];
            List<byte> received = [];
            while (received.Count < expected.Length) received.AddRange(await pair.ReceiveRecordAsync());
            Assert.Equal(expected, received);
        }
        Assert.True(frame.IsUnshared);
        frame.Release();
    }

    [Fact]
    public async Task A_frame_that_waits_on_a_link_counts_its_bytes_and_is_let_go_with_the_link()
    {
        LinkOptions options = LinkOptions.Clients with { FrameBytesMax = 20_000 };
        RemoteBudget budget = new(30_000);
        await using LinkPair first = await CreateAsync(options, budget);
        await using LinkPair second = await CreateAsync(options, budget);
        FrameBuffer frame = FrameBuffer.RentFrame();
        frame.Write(new byte[20_000]);
        frame.Complete();
        Assert.True(first.Link.Send(frame));
        Assert.False(frame.IsUnshared);
        Assert.False(second.Link.Send(frame)); // in memory once, and counted on each link

        first.Link.Close(LinkFault.Local);
        Assert.True(frame.IsUnshared);
        Assert.True(second.Link.Send(frame));
        second.Link.Close(LinkFault.Local);
        Assert.False(second.Link.Send(frame));
        Assert.True(frame.IsUnshared);
        frame.Write(new byte[1]);
        Assert.Throws<ArgumentException>(() => second.Link.Send(frame));
        frame.Release();
    }

    [Fact]
    public async Task What_waits_for_one_remote_is_bounded_over_all_its_links()
    {
        LinkOptions options = LinkOptions.Clients with { FrameBytesMax = 8000 };
        RemoteBudget budget = new(15_000);
        await using LinkPair first = await CreateAsync(options, budget);
        await using LinkPair second = await CreateAsync(options, budget);
        Assert.True(first.Link.Send(new byte[8000]));
        Assert.False(second.Link.Send(new byte[8000]));

        // What was sent, or dropped with its link, is free again.
        first.Link.Flush();
        Assert.Equal(8004, (await first.ReceiveRecordAsync()).Length);
        await using LinkPair third = await CreateAsync(options, budget);
        await Patience.UntilAsync(() => first.Counters.SocketSends == 1, "the send is over");
        Assert.True(third.Link.Send(new byte[8000]));
        third.Link.Close(LinkFault.Local);
        Assert.True(first.Link.Send(new byte[8000]));
    }

    [Fact]
    public async Task A_receiver_without_room_stops_the_reading_and_so_the_sender()
    {
        await using LinkPair pair = await CreateAsync();
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Sink.Room = room.Task;
        await pair.SendRecordAsync(1, 0, 0, 0, 1, 1, 0, 0, 0, 2);
        Assert.Equal([1], await pair.Sink.NextFrameAsync());
        // The link is not silent by its own fault while its receiver has no room.
        for (int i = 0; i < 100; i++) pair.Link.Tick(3);
        Assert.Equal(0, pair.Sink.Waiting);
        Assert.False(pair.Run.IsCompleted);
        room.SetResult();
        Assert.Equal([2], await pair.Sink.NextFrameAsync());
    }

    [Fact]
    public async Task A_link_can_be_closed_while_its_receiver_has_no_room()
    {
        await using LinkPair pair = await CreateAsync();
        pair.Sink.Room = new TaskCompletionSource().Task;
        await pair.SendRecordAsync(1, 0, 0, 0, 1);
        await pair.Sink.NextFrameAsync();
        pair.Link.Close(LinkFault.Local);
        Assert.Equal(LinkFault.Local, await pair.EndAsync());
    }

    [Fact]
    public async Task What_the_other_end_said_before_it_ended_is_received_even_if_sending_to_it_failed_first()
    {
        await using LinkPair pair = await CreateAsync();
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Sink.Room = room.Task;
        await pair.SendRecordAsync(1, 0, 0, 0, 1);
        Assert.Equal([1], await pair.Sink.NextFrameAsync());
        await pair.SendRecordAsync(1, 0, 0, 0, 2);
        pair.Far.Dispose();
        await Patience.UntilAsync(() =>
        {
            pair.Link.Flush();
            return !pair.Link.Send("x"u8);
        }, "sending failed");
        room.SetResult();
        Assert.Equal([2], await pair.Sink.NextFrameAsync());
        Assert.Equal(LinkFault.Closed, await pair.EndAsync());
    }

    [Fact]
    public async Task An_idle_link_sends_heartbeats_and_a_busy_one_does_not()
    {
        await using LinkPair pair = await CreateAsync();
        pair.Link.Tick(5);
        pair.Link.Tick(5);
        Assert.Empty(await pair.ReceiveRecordAsync());
        pair.Link.Send("x"u8);
        pair.Link.Flush();
        await pair.ReceiveRecordAsync();
        long sends = pair.Counters.SocketSends;
        pair.Link.Tick(5);
        Assert.Equal(sends, pair.Counters.SocketSends);
    }

    [Fact]
    public async Task A_silent_link_is_dead_after_so_many_ticks_and_a_heartbeat_keeps_it()
    {
        await using LinkPair pair = await CreateAsync();
        await Patience.UntilAsync(() => pair.Reactor.IsWaiting, "all that had come was read");
        pair.Link.Tick(3);
        pair.Link.Tick(3);
        pair.Link.Tick(3);
        Assert.False(pair.Run.IsCompleted);
        long received = pair.Counters.BytesReceived;
        await pair.SendRecordAsync();
        await Patience.UntilAsync(
            () => pair.Counters.BytesReceived > received && pair.Reactor.IsWaiting, "the heartbeat arrived");
        for (int i = 0; i < 3; i++) pair.Link.Tick(3);
        Assert.False(pair.Run.IsCompleted);
        pair.Link.Tick(3);
        Assert.Equal(LinkFault.Silent, await pair.EndAsync());
    }

    [Fact]
    public async Task Silence_does_not_count_while_nobody_listens()
    {
        await using LinkPair pair = await CreateAsync();
        using ManualResetEventSlim isBusy = new(), mayGoOn = new();
        pair.Reactor.Schedule(new Busy(isBusy, mayGoOn));
        Assert.True(isBusy.Wait(Patience.Time));
        for (int i = 0; i < 10; i++) pair.Link.Tick(3);
        Assert.False(pair.Run.IsCompleted);
        mayGoOn.Set();
        await Patience.UntilAsync(() => pair.Reactor.IsWaiting, "the reactor listens again");
        for (int i = 0; i < 10; i++) pair.Link.Tick(3);
        Assert.Equal(LinkFault.Silent, await pair.EndAsync());
    }

    [Fact]
    public async Task The_other_ends_closing_is_noticed_at_once()
    {
        await using LinkPair pair = await CreateAsync();
        pair.Far.Shutdown(SocketShutdown.Both);
        Assert.Equal(LinkFault.Closed, await pair.EndAsync());
        Assert.False(pair.Link.Send("x"u8));
        pair.Link.Flush();
    }

    [Fact]
    public async Task Random_bytes_never_get_through()
    {
        for (int i = 0; i < 50; i++)
        {
            await using LinkPair pair = await CreateAsync();
            byte[] garbage = RandomNumberGenerator.GetBytes(1 + i * 37);
            await pair.Far.SendAsync(garbage);
            pair.Far.Shutdown(SocketShutdown.Send);
            Assert.Contains(await pair.EndAsync(), (LinkFault[])[LinkFault.CorruptRecord, LinkFault.Closed]);
            Assert.Equal(0, pair.Sink.Waiting);
        }
    }

    [Fact]
    public async Task Sending_allocates_nothing()
    {
        await using LinkPair pair = await CreateAsync();
        byte[] frame =
            new byte[200],
            received = new byte[FrameAssembler.LengthBytes + 200 + SecureLink.LengthBytes + pair.FarOpens.TagBytes];
        // All on one thread: each has its own pool of arrays. A collection in between counts what is left of the
        // thread's allocation buffer, so the least of five rounds counts.
        Assert.Equal(0, await Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 100; i++) SendOne();
                return Enumerable.Range(0, 5).Min(_ => Enumerable.Range(0, 100).Sum(_ => SendOne()));
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

        long SendOne()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            pair.Link.Send(frame);
            pair.Link.Flush();
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            for (int count = 0; count < received.Length;) count += pair.Far.Receive(received.AsSpan(count));
            return bytes;
        }
    }

    private sealed class Busy(ManualResetEventSlim isBusy, ManualResetEventSlim mayGoOn) : IReactorTurn
    {
        public void TakeTurn()
        {
            isBusy.Set();
            mayGoOn.Wait();
        }
    }

    private Task<LinkPair> CreateAsync(
        LinkOptions? options = null, RemoteBudget? budget = null, int? bufferBytes = null) =>
        LinkPair.CreateAsync(Suite, options, budget, bufferBytes);
}
