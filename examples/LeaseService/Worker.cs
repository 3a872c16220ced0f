using BftSmr;

namespace LeaseService;

/// <summary>Increments the counter under the lease, and notes when it held it.</summary>
internal sealed class Worker(LeaseClient leases, FencedCounter counter)
{
    public const string Name = "counter";

    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    private readonly List<Lease> _held = [];

    /// <summary>The leases that it had, each until it was released or ended.</summary>
    public IReadOnlyList<Lease> Held => _held;

    /// <summary>Increments until the counter has taken so many. A worker that is late does it again.</summary>
    public async Task IncrementAsync(int times)
    {
        while (times > 0)
            if (await TryIncrementAsync()) times--;
    }

    /// <summary>Takes the lease, reads, and comes back long after the lease has ended.</summary>
    /// <param name="asleep">What happens meanwhile; it is given the lease.</param>
    /// <returns>What the counter and the service say to it then.</returns>
    public async Task<string[]> IncrementTooLateAsync(Func<Lease, Task> asleep)
    {
        Lease lease = await AcquireAsync();
        int value = counter.Read(lease.Token);
        await asleep(lease);
        return
        [
            await RefusalAsync(() => Task.Run(() => counter.Write(lease.Token, value + 1))),
            await RefusalAsync(() => leases.RenewAsync(Name, lease.Token, Duration)),
        ];
    }

    private async Task<bool> TryIncrementAsync()
    {
        Lease lease = await AcquireAsync();
        try
        {
            int value = counter.Read(lease.Token);
            _held[^1] = lease = await leases.RenewAsync(Name, lease.Token, Duration);
            counter.Write(lease.Token, value + 1);
        }
        catch (Exception e) when (e is StaleTokenException or BftOperationFailedException)
        {
            return false; // It was too slow, and another worker has the name.
        }
        try
        {
            _held[^1] = lease with { UntilMicros = await leases.ReleaseAsync(Name, lease.Token) };
        }
        catch (BftOperationFailedException)
        {
            // The lease ended by itself, after the counter took the increment.
        }
        return true;
    }

    private async Task<Lease> AcquireAsync()
    {
        Lease lease = await leases.AcquireAsync(Name, Duration);
        _held.Add(lease);
        return lease;
    }

    private static async Task<string> RefusalAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (Exception e) when (e is StaleTokenException or BftOperationFailedException)
        {
            return e.Message;
        }
        throw new InvalidOperationException("A lease that has ended was honoured.");
    }
}
