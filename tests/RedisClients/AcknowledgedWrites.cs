using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisClients;

/// <summary>
/// Writers that note what was acknowledged. When a connection ends before the reply, or the client waits no longer, the
/// writer cannot know whether the command was executed: it notes that too, and goes on with its next.
/// </summary>
internal sealed class AcknowledgedWrites(IDatabase database, int writers, int steps)
{
    private readonly ConcurrentDictionary<string, string> _values = new();
    private readonly ConcurrentDictionary<string, string> _unknownValues = new();
    private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun, _increments, _unknownIncrements, _transfers, _unknownTransfers;

    /// <summary>Completed when half of the steps have begun.</summary>
    public Task HalfDone => _half.Task;

    /// <summary>How many writes have an unknown outcome.</summary>
    public int Unknown => _unknownIncrements + _unknownTransfers + _unknownValues.Count;

    public Task RunAsync() =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer))));

    /// <summary>Every acknowledged write is there, and nothing but what was acknowledged or unknown.</summary>
    public async Task AssertKeptAsync(IDatabase reader)
    {
        Assert.Equal(writers * steps, _increments + _unknownIncrements);
        Assert.InRange((int)await reader.StringGetAsync("sum"), _increments, _increments + _unknownIncrements);
        int credit = (int)await reader.StringGetAsync("credit"), debit = (int)await reader.StringGetAsync("debit");
        Assert.Equal(0, credit + debit); // a transaction is all or nothing
        Assert.InRange(credit, _transfers, _transfers + _unknownTransfers);
        foreach ((string key, string value) in _values) Assert.Equal(value, await reader.StringGetAsync(key));
        foreach ((string key, string value) in _unknownValues)
            Assert.Contains((string?)await reader.StringGetAsync(key), (string?[])[null, value]);
    }

    private async Task WriteAsync(int writer)
    {
        for (int step = 0; step < steps; step++)
        {
            if (Interlocked.Increment(ref _begun) == writers * steps / 2) _half.SetResult();

            bool sum = await IsAcknowledgedAsync(database.StringIncrementAsync("sum"));
            Interlocked.Increment(ref sum ? ref _increments : ref _unknownIncrements);

            (string key, string value) = ($"w{writer}:{step}", $"{writer}.{step}");
            bool put = await IsAcknowledgedAsync(database.StringSetAsync(key, value));
            (put ? _values : _unknownValues)[key] = value;

            ITransaction transaction = database.CreateTransaction();
            _ = transaction.StringIncrementAsync("credit");
            _ = transaction.StringDecrementAsync("debit");
            bool transfer = await IsAcknowledgedAsync(transaction.ExecuteAsync());
            Interlocked.Increment(ref transfer ? ref _transfers : ref _unknownTransfers);
        }
    }

    private static async Task<bool> IsAcknowledgedAsync(Task write)
    {
        try
        {
            await write;
            return true;
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException)
        {
            return false;
        }
    }
}
