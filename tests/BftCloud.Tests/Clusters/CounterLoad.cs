using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using BftSmr;

namespace BftCloud.Tests.Clusters;

/// <summary>
/// Writers that each add one to the replicated counter again and again. Every acknowledgement carries the sum that the
/// addition led to, so a lost or repeated addition shows: sums must be all different, and the last one must be as large
/// as there are additions.
/// </summary>
internal sealed class CounterLoad : IAsyncDisposable
{
    private static readonly byte[] One = [0, 0, 0, 0, 0, 0, 0, 1];

    private readonly List<BftClient> _clients;
    private readonly ConcurrentQueue<(long Sum, long At)> _acknowledged = new();
    private readonly Task[] _writers;
    private readonly Lock _gate = new();
    private TaskCompletionSource _progressed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _wanted = int.MaxValue;
    private volatile bool _stop;

    private CounterLoad(List<BftClient> clients)
    {
        _clients = clients;
        _writers = [.. clients.Select(client => Task.Run(() => WriteAsync(client)))];
    }

    /// <summary>Additions acknowledged so far.</summary>
    public int Acknowledged => _acknowledged.Count;

    public static async Task<CounterLoad> StartAsync(TestCluster cluster, int writers)
    {
        List<BftClient> clients = [];
        for (int i = 0; i < writers; i++) clients.Add(await cluster.ConnectAsync());
        return new CounterLoad(clients);
    }

    /// <summary>Waits for so many more acknowledgements. Fails if a writer failed.</summary>
    public async Task AcknowledgedMoreAsync(int count)
    {
        Task reached;
        lock (_gate)
        {
            _wanted = _acknowledged.Count + count;
            _progressed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            reached = _progressed.Task;
        }
        int before = _acknowledged.Count;
        Task first = await Task.WhenAny([reached, .. _writers]).WaitAsync(Patience.Time);
        await first;
        Assert.True(
            first == reached, $"A writer ended after {_acknowledged.Count - before} of {count} acknowledgements.");
    }

    /// <summary>
    /// Ends the writers and asserts that the counter holds exactly what was acknowledged: nothing lost, nothing twice.
    /// </summary>
    public async Task StopAndCheckAsync()
    {
        _stop = true;
        await Task.WhenAll(_writers);
        byte[] nothing = new byte[8];
        long sum = BinaryPrimitives.ReadInt64BigEndian((await _clients[0].InvokeAsync(nothing)).Span);
        long[] sums = [.. _acknowledged.Select(static acknowledgement => acknowledgement.Sum).Order()];
        Assert.Equal(sums.Length, sum);
        Assert.Equal(Enumerable.Range(1, sums.Length).Select(static i => (long)i), sums);
    }

    /// <summary>The longest time without any acknowledgement, from the first to the last.</summary>
    public TimeSpan LongestPause()
    {
        long[] times = [.. _acknowledged.Select(static acknowledgement => acknowledgement.At).Order()];
        return times.Zip(times.Skip(1), static (earlier, later) => Stopwatch.GetElapsedTime(earlier, later)).Max();
    }

    public async ValueTask DisposeAsync()
    {
        _stop = true;
        foreach (BftClient client in _clients) await client.DisposeAsync();
        await Task.WhenAll(_writers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(BftClient client)
    {
        while (!_stop)
        {
            ReadOnlyMemory<byte> reply = await client.InvokeAsync(One);
            _acknowledged.Enqueue((BinaryPrimitives.ReadInt64BigEndian(reply.Span), Stopwatch.GetTimestamp()));
            lock (_gate)
            {
                if (_acknowledged.Count >= _wanted) _progressed.TrySetResult();
            }
        }
    }
}
