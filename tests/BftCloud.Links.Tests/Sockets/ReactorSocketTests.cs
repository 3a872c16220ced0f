using System.Net;
using System.Net.Sockets;
using BftCloud.Links;

namespace BftCloud.Links.Tests.Sockets;

public sealed class ReactorSocketTests : IDisposable
{
    private readonly List<IDisposable> _open = [];

    public static TheoryData<bool> Pollers => new(OperatingSystem.IsLinux() ? [true, false] : [false]);

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task What_one_end_sends_the_other_receives_on_the_reactors_thread(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor);
        byte[] buffer = new byte[100];
        Task<(int Count, bool OnReactor)> receive = ReceiveAsync(near, reactor, buffer);
        Assert.False(receive.IsCompleted);
        Assert.Equal(5, await far.SendAsync("hello"u8.ToArray()));
        (int count, bool onReactor) = await receive.WaitAsync(Patience.Time);
        Assert.True(onReactor);
        Assert.Equal("hello"u8, buffer.AsSpan(0, count));
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task Megabytes_pass_through_small_buffers_both_ways_at_once(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor, bufferBytes: 4096);
        byte[] sent = new byte[2 << 20];
        new Random(7).NextBytes(sent);
        Task[] all = [SendAsync(near, sent), SendAsync(far, sent), ExpectAsync(near, sent), ExpectAsync(far, sent)];
        await Task.WhenAll(all).WaitAsync(Patience.Time);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task What_came_at_once_is_received_to_its_end_whatever_the_receiver_has_room_for(bool best)
    {
        Reactor reactor = NewReactor(best);
        for (int room = 1; room <= 13; room++)
        {
            (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor);
            await far.SendAsync("twelve bytes"u8.ToArray());
            far.ShutdownSend();
            Assert.Equal("twelve bytes"u8.ToArray(), await ReceiveAllAsync(near, room).WaitAsync(Patience.Time));
        }
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task What_came_while_nobody_received_is_received_later(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor);
        Task<int> first = near.ReceiveAsync(new byte[4]).AsTask();
        await far.SendAsync("1234"u8.ToArray());
        Assert.Equal(4, await first.WaitAsync(Patience.Time));
        await far.SendAsync("5678"u8.ToArray());
        far.ShutdownSend();
        for (int i = 0; i < 3; i++) await TurnAsync(reactor);
        Assert.Equal("5678"u8.ToArray(), await ReceiveAllAsync(near, 3).WaitAsync(Patience.Time));
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_closed_end_is_told_to_the_other_and_what_is_awaited_here_fails(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor);
        Task<int> here = near.ReceiveAsync(new byte[1]).AsTask();
        Task<int> there = far.ReceiveAsync(new byte[1]).AsTask();
        near.Dispose();
        near.Dispose();
        SocketException failure = await Assert.ThrowsAsync<SocketException>(() => here.WaitAsync(Patience.Time));
        Assert.Equal(SocketError.OperationAborted, failure.SocketErrorCode);
        Assert.True(await HasEndedAsync(there));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => near.ReceiveAsync(new byte[1]).AsTask());
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_broken_connection_that_nobody_reads_does_not_keep_the_thread_busy(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket near, ReactorSocket far) = await PairAsync(reactor);
        Task<int> first = near.ReceiveAsync(new byte[1]).AsTask();
        await far.SendAsync(new byte[2]);
        await first.WaitAsync(Patience.Time);
        far.Socket.LingerState = new LingerOption(true, 0);
        far.Dispose();
        await TurnAsync(reactor);
        await Patience.UntilAsync(() => reactor.IsWaiting, "the reactor waits");
        long rounds = reactor.Rounds;
        for (int i = 0; i < 10; i++) await TurnAsync(reactor);
        Assert.InRange(reactor.Rounds, rounds, rounds + 25);
        while (!await HasEndedAsync(near.ReceiveAsync(new byte[1]).AsTask()))
        {
        }
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task Nobody_at_an_address_is_an_error_and_a_cancelled_attempt_as_well(bool best)
    {
        Reactor reactor = NewReactor(best);
        IPEndPoint nobody;
        using (Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = (IPEndPoint)bound.LocalEndPoint!;
        }
        SocketException refused = await Assert.ThrowsAsync<SocketException>(
            () => ReactorSocket.ConnectAsync(reactor, NewSocket(), nobody, CancellationToken.None)
                .AsTask().WaitAsync(Patience.Time));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);

        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(
            () => ReactorSocket.ConnectAsync(reactor, NewSocket(), nobody, cancelled.Token)
                .AsTask().WaitAsync(Patience.Time));
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task What_is_urgent_comes_first_and_again_before_others_that_take_long(bool best)
    {
        Reactor reactor = NewReactor(best);
        (ReactorSocket Near, ReactorSocket Far)[] pairs =
            [await PairAsync(reactor), await PairAsync(reactor), await PairAsync(reactor), await PairAsync(reactor)];
        (ReactorSocket urgent, ReactorSocket urgentFar) = pairs[3];
        urgent.IsUrgent = true;
        List<string> order = [];
        async Task TakeSlowlyAsync(ReactorSocket socket)
        {
            await socket.ReceiveAsync(new byte[1]).ConfigureAwait(false);
            order.Add("other");
            SendOne(urgentFar, urgent);
            for (long until = Reactor.NowMicros + 5_000; Reactor.NowMicros < until;) Thread.SpinWait(100);
        }
        async Task TakeAllAsync()
        {
            while (order.Count < 7 && await urgent.ReceiveAsync(new byte[1]).ConfigureAwait(false) > 0)
                order.Add("urgent");
        }
        Task[] all = [.. pairs[..3].Select(p => TakeSlowlyAsync(p.Near)), TakeAllAsync()];
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim sent = new();
        reactor.Schedule(new Turn(() => // so that all is ready in one round
        {
            begun.SetResult();
            sent.Wait(Patience.Time);
        }));
        await begun.Task.WaitAsync(Patience.Time);
        foreach ((ReactorSocket near, ReactorSocket far) in pairs) SendOne(far, near);
        sent.Set();
        await Task.WhenAll(all).WaitAsync(Patience.Time);
        Assert.Equal(["urgent", "other", "urgent", "other", "urgent", "other", "urgent"], order);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_turn_is_given_when_it_is_asked_for_from_any_thread_and_when_its_time_has_come(bool best)
    {
        Reactor reactor = NewReactor(best);
        await Parallel.ForAsync(0, 200, async (_, _) => await TurnAsync(reactor));

        TaskCompletionSource<long> due = new();
        Turn late = new(() => due.TrySetResult(Reactor.NowMicros));
        long begin = Reactor.NowMicros;
        reactor.Schedule(new Turn(() => reactor.WakeAt(late, begin + 3_000)));
        Assert.True(await due.Task.WaitAsync(Patience.Time) >= begin + 3_000);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_turn_whose_time_is_before_all_times_is_given_at_once(bool best)
    {
        Reactor reactor = NewReactor(best);
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Turn second = new(turn.SetResult), first = new(() => reactor.WakeAt(second, long.MinValue));
        reactor.Schedule(new Turn(() => reactor.WakeAt(first, long.MinValue)));
        await turn.Task.WaitAsync(Patience.Time);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_reactor_is_disposed_of_by_any_thread_its_own_included_and_more_than_once(bool best)
    {
        Reactor reactor = NewReactor(best);
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        reactor.Schedule(new Turn(() =>
        {
            reactor.Dispose();
            reactor.Dispose();
            turn.SetResult();
        }));
        await turn.Task.WaitAsync(Patience.Time);
        reactor.Dispose();
        reactor.Dispose();
        reactor.Schedule(new Turn(() => Assert.Fail("The reactor gives no turn any more.")));
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public void A_poller_that_was_closed_does_nothing_to_what_has_its_descriptors_since(bool best)
    {
        using IPoller poller = best && OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller();
        poller.Dispose();
        Socket[] heirs = [.. Enumerable.Range(0, 16).Select(_ => NewEcho())];
        poller.Wake();
        poller.Watch(heirs[0], 1, Readiness.None, Readiness.Receive);
        poller.Dispose();
        Assert.All(heirs, static heir => Assert.Equal(0, heir.Available));
        Assert.All(heirs, static heir => Assert.Equal(1, heir.Send(new byte[1])));
    }

    public void Dispose()
    {
        _open.Reverse();
        foreach (IDisposable one in _open) one.Dispose();
    }

    private static async Task TurnAsync(Reactor reactor)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        reactor.Schedule(new Turn(turn.SetResult));
        await turn.Task.WaitAsync(Patience.Time);
    }

    private static async Task<(int Count, bool OnReactor)> ReceiveAsync(
        ReactorSocket socket, Reactor reactor, Memory<byte> buffer) =>
        (await socket.ReceiveAsync(buffer).ConfigureAwait(false), reactor.IsCurrent);

    private static async Task<byte[]> ReceiveAllAsync(ReactorSocket socket, int room)
    {
        List<byte> all = [];
        byte[] buffer = new byte[room];
        while (await socket.ReceiveAsync(buffer) is > 0 and int count) all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }

    /// <summary>Whether the other end has closed, in any way.</summary>
    private static async Task<bool> HasEndedAsync(Task<int> receive)
    {
        try
        {
            return await receive.WaitAsync(Patience.Time) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Sends a byte, and returns when it has arrived.</summary>
    private static void SendOne(ReactorSocket from, ReactorSocket to)
    {
        from.Socket.Send(new byte[1]);
        if (!to.Socket.Poll(Patience.Time, SelectMode.SelectRead))
            throw new TimeoutException("The byte did not arrive.");
    }

    private static async Task SendAsync(ReactorSocket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes)..];
    }

    private static async Task ExpectAsync(ReactorSocket socket, ReadOnlyMemory<byte> expected)
    {
        byte[] buffer = new byte[10_000];
        while (!expected.IsEmpty)
        {
            int count = await socket.ReceiveAsync(buffer);
            Assert.Equal(expected.Span[..count], buffer.AsSpan(0, count));
            expected = expected[count..];
        }
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A socket that receives all that is written to it.</summary>
    private Socket NewEcho()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _open.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(socket.LocalEndPoint!);
        return socket;
    }

    private Reactor NewReactor(bool best)
    {
        Reactor reactor = new("test", best ? null : new SelectPoller());
        _open.Add(reactor);
        return reactor;
    }

    private async Task<(ReactorSocket Near, ReactorSocket Far)> PairAsync(Reactor reactor, int? bufferBytes = null)
    {
        using Socket listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Task<Socket> accept = listener.AcceptAsync();
        Socket unconnected = NewSocket();
        if (bufferBytes is { } bytes) unconnected.SendBufferSize = unconnected.ReceiveBufferSize = bytes;
        ReactorSocket near = await ReactorSocket.ConnectAsync(
            reactor, unconnected, listener.LocalEndPoint!, CancellationToken.None);
        ReactorSocket far = new(reactor, await accept.WaitAsync(Patience.Time));
        _open.Add(near);
        _open.Add(far);
        return (near, far);
    }

    private sealed class Turn(Action action) : IReactorTurn
    {
        public void TakeTurn() => action();
    }
}
