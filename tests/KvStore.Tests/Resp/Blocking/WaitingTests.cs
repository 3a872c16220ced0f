using System.Net;
using BftSmr;
using KvStore.Gateway;

namespace KvStore.Tests.Resp.Blocking;

/// <summary>How the gateway waits: what it asks the store and when, and what becomes of those that wait.</summary>
public sealed class WaitingTests
{
    private const string Taken = "*2\r\n$1\r\nk\r\n$1\r\nx\r\n", Nothing = "*-1\r\n";

    private static readonly TimeSpan Longest = PollInterval.Longest;

    [Fact]
    public async Task Elements_that_come_through_other_gateways_are_found()
    {
        await using GatewayFixture gateway = new();
        await using RespServer other = RespServer.Start(
            gateway.Service, new RespServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        using Scene here = new(gateway.Server.EndPoint), there = new(other.EndPoint);
        here.Play("A? blpop k 0 / B? blpop k 0");
        there.Play("A? blpop l 0");
        there.Play("B: rpush k x");
        Assert.Equal($"A {Taken}", here.Play("A!"));
        here.Play("A: rpush l x");
        Assert.Equal("A *2\r\n$1\r\nl\r\n$1\r\nx\r\n", there.Play("A!"));
        there.Play("B: rpush k x");
        Assert.Equal($"B {Taken}", here.Play("B!"));
    }

    [Fact]
    public async Task Many_that_wait_cost_one_query_in_an_interval()
    {
        const int Clients = 100, Polls = 12;
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        using Scene scene = new(gateway.Server.EndPoint);
        RespTestClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => gateway.Connect())];
        for (int i = 0; i < Clients; i++) clients[i].Send(RespTestClient.Encode("blpop", $"k{i}", "common", "0"));
        scene.AwaitWaiting(Clients);
        // The last to come are asked about with this poll at the latest.
        clock.Advance(await NextAsync(clock));
        await NextAsync(clock);
        List<TimeSpan> intervals = [];
        int queries = gateway.Service.Queries;
        for (int i = 0; i < Polls; i++)
        {
            TimeSpan interval = await NextAsync(clock);
            intervals.Add(interval);
            clock.Advance(interval);
            while (gateway.Service.Queries == queries + i) await Task.Yield();
        }
        await NextAsync(clock);
        Assert.Equal(queries + Polls, gateway.Service.Queries);
        Assert.Equal(intervals.Order(), intervals);
        Assert.All(intervals, static interval => Assert.InRange(interval, TimeSpan.Zero, Longest));
        Assert.Equal(Longest, intervals[^1]);

        // What this gateway's own clients put there needs no time to pass.
        scene.Play("A: rpush k7 x");
        Assert.Equal("*2\r\n$2\r\nk7\r\n$1\r\nx\r\n", clients[7].ReadReply());
    }

    [Fact]
    public async Task Time_runs_out_when_it_has_passed_and_not_before()
    {
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        using Scene scene = new(gateway.Server.EndPoint);
        scene.Play("A? blpop k 1.25 / B? blpop k 2 / C? blpop k 0");
        await PassAsync(clock, TimeSpan.FromMilliseconds(1249));
        scene.AwaitWaiting(3);
        await PassAsync(clock, TimeSpan.FromMilliseconds(1));
        Assert.Equal($"A {Nothing}", scene.Play("A!"));
        scene.AwaitWaiting(2);
        await PassAsync(clock, TimeSpan.FromMilliseconds(750));
        Assert.Equal($"B {Nothing}", scene.Play("B!"));
        Assert.Equal($"D :1\r\nC {Taken}", scene.Play("D: rpush k x / C!"));
    }

    [Fact]
    public async Task Time_runs_out_while_the_store_is_asked()
    {
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        using Scene scene = new(gateway.Server.EndPoint);
        scene.Play("A? blpop k 0.5 / B? blpop k 0");
        await NextAsync(clock);
        TaskCompletionSource gate = new();
        gateway.Service.Gate = gate.Task;
        await PassAsync(clock, TimeSpan.FromMilliseconds(500));
        Assert.Equal($"A {Nothing}", scene.Play("A!"));
        gate.SetResult();
        Assert.Equal($"C :1\r\nB {Taken}", scene.Play("C: rpush k x / B!"));
    }

    [Fact]
    public async Task Who_waits_is_told_when_the_gateway_stops()
    {
        await using GatewayFixture gateway = new();
        using Scene scene = new(gateway.Server.EndPoint);
        scene.Play("A? blpop k 0 / B? blmove k l left left 1000");
        await gateway.Server.DisposeAsync();
        foreach (char letter in "AB")
        {
            string told = scene.Play($"{letter}!");
            Assert.Equal($"{letter} -UNBLOCKED the gateway is stopping; nothing was taken\r\n", told);
            Assert.True(scene[letter].IsClosedByPeer());
        }
    }

    [Fact]
    public async Task A_connection_is_unblocked_by_its_number()
    {
        await using GatewayFixture gateway = new();
        using Scene scene = new(gateway.Server.EndPoint);
        BlockedClients blocked = gateway.Server.Blocked;
        string[] ids = [.. "AB".Select(letter => scene.Play($"{letter}: client id")[3..^2])];
        long a = long.Parse(ids[0], null), b = long.Parse(ids[1], null);
        Assert.False(blocked.TryUnblock(a, withError: true));
        scene.Play("A? blpop k 0 / B? blpop k 0");
        Assert.True(blocked.TryUnblock(a, withError: true));
        Assert.Equal("A -UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n", scene.Play("A!"));
        Assert.True(blocked.TryUnblock(b, withError: false));
        Assert.Equal($"B {Nothing}", scene.Play("B!"));
        Assert.False(blocked.TryUnblock(b, withError: false));
        Assert.Equal(":1\r\n", scene.Play("A: rpush k x")[2..]);
        Assert.Equal(0, blocked.Count);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_waited_for_and_time_runs_out_meanwhile()
    {
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        using Scene scene = new(gateway.Server.EndPoint);
        scene.Play("A? blpop k 0 / B? blpop k 1");
        int queries = gateway.Service.Queries;
        gateway.Service.Failure = new BftTimeoutException("late", mayHaveExecuted: false);
        await PassAsync(clock, TimeSpan.FromSeconds(1));
        gateway.Service.Failure = null;
        Assert.Equal($"B {Nothing}", scene.Play("B!"));
        Assert.Equal($"C :1\r\nA {Taken}", scene.Play("C: rpush k x / A!"));
        Assert.True(gateway.Service.Queries > queries);
    }

    [Fact]
    public async Task More_keys_than_one_query_asks_about_are_refused()
    {
        await using GatewayFixture gateway = new();
        using Scene scene = new(gateway.Server.EndPoint);
        string Keys(int from, int count) => string.Join(' ', Enumerable.Range(from, count).Select(i => $"k{i}"));
        scene.Play($"A? blpop {Keys(0, RespLimits.BlockedKeysMax - 1)} 0");
        scene.Play($"B? blpop {Keys(0, RespLimits.BlockedKeysMax)} 0");
        Assert.StartsWith(
            "C -ERR too many keys", scene.Play($"C: blpop {Keys(1, RespLimits.BlockedKeysMax)} 0"),
            StringComparison.Ordinal);
        scene.Play($"D: rpush k{RespLimits.BlockedKeysMax - 1} x / B!");
        scene.Play($"C? blpop {Keys(1, RespLimits.BlockedKeysMax - 1)} 0");
        scene.Play("D: rpush k0 x / A!");
        Assert.Equal("D :1\r\nC *2\r\n$2\r\nk1\r\n$1\r\nx\r\n", scene.Play("D: rpush k1 x / C!"));
    }

    /// <summary>The time until the loop's next poll or deadline, once the loop has set its timer.</summary>
    private static async Task<TimeSpan> NextAsync(ManualTime clock)
    {
        while (true)
        {
            TimeSpan? next = clock.NextWithin(Longest);
            if (next > TimeSpan.Zero) return next.Value;
            if (next is not null) clock.Advance(TimeSpan.Zero);
            await Task.Yield();
        }
    }

    /// <summary>Time passes in steps, each as long as the loop waits.</summary>
    private static async Task PassAsync(ManualTime clock, TimeSpan time)
    {
        while (time > TimeSpan.Zero)
        {
            TimeSpan step = await NextAsync(clock);
            if (step > time) step = time;
            clock.Advance(step);
            time -= step;
        }
    }
}
