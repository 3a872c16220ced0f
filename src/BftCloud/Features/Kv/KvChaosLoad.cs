using System.Globalization;
using BftCloud.Common;
using BftCloud.Chaos;
using BftSmr;
using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>
/// Clients that put values unlike any other and get them again, each one operation at a time, and write down what they
/// see.
/// </summary>
internal sealed class KvChaosLoad(ClusterDirectory directory, ChaosManifest manifest) : IChaosLoad
{
    private const int EpochSeconds = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly KeyedHistory<RegisterAccess> _history = new(new RegisterAccessModel());
    private long _values;

    public ChaosHistory History => _history;

    public Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, manifest.Clients).Select(client => RunAsync(client, cancellation)));

    private async Task RunAsync(int number, CancellationToken cancellation)
    {
        Random random = new(unchecked((int)manifest.Seed * 1_000 + number));
        using ClusterClient options = ClusterClient.Open(directory.Path, s_patience);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using BftClient client = await BftClient.ConnectAsync(options.Options, cancellation);
                KvClient store = new(client);
                for (int i = 0; i < 2_000 && !cancellation.IsCancellationRequested; i++)
                {
                    await OneAsync(store, random);
                    await Task.Delay(random.Next(5, 25), cancellation);
                }
            }
            catch (Exception e) when (e is BftException or OperationCanceledException)
            {
                // It could not connect, or its session is gone: the next round begins anew.
            }
        }
    }

    private async Task OneAsync(KvClient store, Random random)
    {
        string key = string.Create(
            CultureInfo.InvariantCulture,
            $"chaos-{_history.NowMicros / 1_000_000 / EpochSeconds:D6}-{random.Next(manifest.Keys)}");
        bool isPut = random.NextDouble() < 0.5;
        long value = isPut ? Interlocked.Increment(ref _values) : 0;
        long invoked = _history.NowMicros;
        try
        {
            if (isPut) await store.PutAsync(key, value.ToString(CultureInfo.InvariantCulture));
            else value = await GetAsync(store, key);
            _history.Answered(key, new RegisterAccess(isPut, value), invoked);
        }
        catch (BftException e)
        {
            _history.NotAnswered(key, new RegisterAccess(isPut, value), invoked, isPut && e.MayHaveExecuted);
            if (e is not (BftTimeoutException or BftOverloadedException)) throw;
        }
    }

    public async Task ReadAllAsync(CancellationToken cancellation)
    {
        using ClusterClient options = ClusterClient.Open(directory.Path, TimeSpan.FromSeconds(60));
        await using BftClient client = await BftClient.ConnectAsync(options.Options, cancellation);
        KvClient store = new(client);
        foreach (string key in _history.KeysUsed)
        {
            long invoked = _history.NowMicros;
            _history.Answered(key, new RegisterAccess(false, await GetAsync(store, key)), invoked);
        }
    }

    private static async Task<long> GetAsync(KvClient store, string key) =>
        await store.GetAsync(key) is { } bytes
            ? long.Parse(System.Text.Encoding.UTF8.GetString(bytes.Span), CultureInfo.InvariantCulture)
            : 0;
}
