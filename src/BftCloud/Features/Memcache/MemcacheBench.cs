using System.Diagnostics;
using System.Globalization;
using BftCloud.Bench;
using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary>
/// Closed loops of gets and sets, each with a connection of its own to each server. A get that finds nothing stores the
/// value, as an application would.
/// </summary>
internal sealed class MemcacheBench(MemcacheClientOptions options, MemcacheBenchKeys keys, int valueBytes, double reads)
{
    private readonly MemcacheClientOptions _options = options;
    private readonly double _reads = reads;
    private readonly double[] _sums = keys.Sums();
    private readonly byte[] _value = new byte[valueBytes];
    private volatile bool _measures, _stops;

    /// <summary>Runs so many loops.</summary>
    public async Task<MemcacheBenchReport> RunAsync(
        int clients, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken)
    {
        Random.Shared.NextBytes(_value);
        Loop[] loops = [.. Enumerable.Range(0, clients).Select(seed => new Loop(this, seed))];
        Task[] running = [.. loops.Select(loop => Task.Run(loop.RunAsync, CancellationToken.None))];
        Stopwatch watch = new();
        try
        {
            await Task.Delay(warmUp, cancellationToken);
            _measures = true;
            watch.Start();
            await Task.Delay(duration, cancellationToken);
        }
        finally
        {
            watch.Stop();
            _measures = false;
            _stops = true;
            await Task.WhenAll(running);
        }
        LatencyHistogram all = new();
        foreach (Loop loop in loops) all.Add(loop.Latency);
        long gets = loops.Sum(static loop => loop.Gets), errors = loops.Sum(static loop => loop.Errors);
        double seconds = watch.Elapsed.TotalSeconds;
        MemcacheException? failure = loops.FirstOrDefault(static loop => loop.Failure is not null)?.Failure;
        if (all.Count == 0 && failure is not null) throw failure;
        return new MemcacheBenchReport(
            Math.Round(seconds, 3), all.Count, Math.Round(all.Count / seconds, 1), gets,
            gets == 0 ? 0 : Math.Round((double)loops.Sum(static loop => loop.Hits) / gets, 4), errors,
            all.QuantileMicros(0.5), all.QuantileMicros(0.99), all.QuantileMicros(0.999), all.MaxMicros);
    }

    private sealed class Loop(MemcacheBench bench, int seed)
    {
        private readonly Random _random = new(seed);

        public LatencyHistogram Latency { get; } = new();

        public long Gets { get; private set; }

        public long Hits { get; private set; }

        public long Errors { get; private set; }

        public MemcacheException? Failure { get; private set; }

        public async Task RunAsync()
        {
            await using MemcacheClient client = MemcacheTarget.Connect(bench._options);
            while (!bench._stops)
            {
                int at = Array.BinarySearch(bench._sums, _random.NextDouble());
                string key = string.Create(
                    CultureInfo.InvariantCulture, $"bench{Math.Min(at < 0 ? ~at : at, bench._sums.Length - 1)}");
                try
                {
                    bool isRead = _random.NextDouble() < bench._reads;
                    if (!isRead || !await GetAsync(client, key)) await SetAsync(client, key);
                }
                catch (MemcacheException e)
                {
                    Failure = e;
                    if (bench._measures) Errors++;
                    // A server that is gone refuses at once: leave the processor to others.
                    await Task.Delay(TimeSpan.FromMilliseconds(10));
                }
            }
        }

        private async Task<bool> GetAsync(MemcacheClient client, string key)
        {
            long begin = Stopwatch.GetTimestamp();
            bool isHit = await client.GetAsync(key) is not null;
            if (!Record(begin)) return isHit;
            Gets++;
            if (isHit) Hits++;
            return isHit;
        }

        private async Task SetAsync(MemcacheClient client, string key)
        {
            long begin = Stopwatch.GetTimestamp();
            await client.SetAsync(key, bench._value);
            Record(begin);
        }

        private bool Record(long begin)
        {
            if (!bench._measures) return false;
            Latency.Record((long)Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
            return true;
        }
    }
}
