using System.Diagnostics;
using System.Security.Cryptography;
using DepSky;
using DepSky.Clouds.Faults;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary>
/// Measures DepSky on the clouds of a configuration: a large put beside the same blocks written to the same clouds
/// directly, and small reads while one cloud is slow. What it stores it deletes.
/// </summary>
internal sealed class DepSkyBench(DepSkyConfiguration configuration)
{
    /// <summary>As many requests to a cloud at a time as the client has.</summary>
    private const int DirectRequestsPerCloud = 3;

    private const int SmallBytes = 100_000;

    private readonly string _prefix = $"bench-{Guid.NewGuid():n}";

    /// <summary>Measures.</summary>
    /// <param name="largeBytes">The length of the large object.</param>
    /// <param name="rounds">How often it is put, and its blocks are written directly.</param>
    /// <param name="reads">How many small reads.</param>
    /// <param name="delay">How slow the slow cloud is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DepSkyBenchReport> RunAsync(
        long largeBytes, int rounds, int reads, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            List<double> puts = [], directs = [], gets = [];
            double storageFactor = 0;
            for (int round = 0; round < rounds; round++)
            {
                string unit = $"{_prefix}/large{round}";
                (double put, double get, ObjectDescription written) = await PutAndGetAsync(
                    unit, largeBytes, cancellationToken);
                (double direct, long stored) = await WriteDirectlyAsync(unit, cancellationToken);
                puts.Add(put);
                gets.Add(get);
                directs.Add(direct);
                storageFactor = (double)stored / written.SizeBytes;
            }
            await PutAsync($"{_prefix}/small", SmallBytes, cancellationToken);
            IReadOnlyList<DepSkyReadLatency> latencies = await ReadAsync(reads, delay, cancellationToken);
            return new DepSkyBenchReport(
                largeBytes, [.. puts.Select(Rate)], [.. directs.Select(Rate)],
                puts.Min() > 0 ? directs.Min() / puts.Min() : 0, [.. gets.Select(Rate)], storageFactor, latencies[0],
                [.. latencies.Skip(1)], PeakMemoryMiB());
        }
        finally
        {
            await DeleteAllAsync();
        }

        double Rate(double seconds) => largeBytes / 1e6 / seconds;
    }

    private async Task<(double PutSeconds, double GetSeconds, ObjectDescription Written)> PutAndGetAsync(
        string unit, long bytes, CancellationToken cancellationToken)
    {
        await using ConfiguredClient clouds = configuration.Open();
        long start = Stopwatch.GetTimestamp();
        ObjectDescription written = await clouds.Client.PutAsync(
            unit, new GeneratedContent(bytes), cancellationToken: cancellationToken);
        double put = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await clouds.Client.DrainAsync();
        start = Stopwatch.GetTimestamp();
        await clouds.Client.GetAsync(unit, Stream.Null, cancellationToken: cancellationToken);
        return (put, Stopwatch.GetElapsedTime(start).TotalSeconds, written);
    }

    private async Task PutAsync(string unit, int bytes, CancellationToken cancellationToken)
    {
        await using ConfiguredClient clouds = configuration.Open();
        await clouds.Client.PutAsync(unit, new GeneratedContent(bytes), cancellationToken: cancellationToken);
        await clouds.Client.DrainAsync();
    }

    /// <summary>
    /// Writes blocks of the same lengths to the same clouds under other names, all clouds in parallel.
    /// </summary>
    private async Task<(double Seconds, long Bytes)> WriteDirectlyAsync(
        string unit, CancellationToken cancellationToken)
    {
        ICloud[] clouds = [.. configuration.Clouds.Select(static cloud => cloud.Open())];
        try
        {
            List<List<CloudEntry>> blocks = [];
            foreach (ICloud cloud in clouds) blocks.Add(await ListAsync(cloud, $"{unit}/.data/", cancellationToken));
            byte[] content = RandomNumberGenerator.GetBytes(
                (int)blocks.SelectMany(static entries => entries).Max(static entry => entry.SizeBytes));
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(clouds.Select((cloud, i) => Parallel.ForEachAsync(
                blocks[i],
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = DirectRequestsPerCloud, CancellationToken = cancellationToken,
                },
                async (block, token) => await cloud.PutAsync(
                    $"{_prefix}/direct/{block.Name.Replace("/.data/", "/", StringComparison.Ordinal)}",
                    content.AsMemory(0, (int)block.SizeBytes), token))));
            return (
                Stopwatch.GetElapsedTime(start).TotalSeconds,
                blocks.Sum(static entries => entries.Sum(static entry => entry.SizeBytes)));
        }
        finally
        {
            foreach (ICloud cloud in clouds) await cloud.DisposeAsync();
        }
    }

    /// <summary>
    /// Reads with no slow cloud and with each of them slow, by turns: other work of the machine meets all alike.
    /// </summary>
    private async Task<IReadOnlyList<DepSkyReadLatency>> ReadAsync(
        int reads, TimeSpan delay, CancellationToken cancellationToken)
    {
        string?[] slow = [null, .. configuration.Clouds.Select(static cloud => cloud.Name)];
        ConfiguredClient[] clients =
        [
            .. slow.Select(
                name => configuration.Open(
                    cloud => cloud.Name == name
                        ? new FaultyCloud(cloud, seed: 1) { Faults = CloudFaults.Slow, Delay = delay }
                        : cloud))
        ];
        double[][] milliseconds = [.. slow.Select(_ => new double[reads])];
        try
        {
            for (int read = 0; read < reads; read++)
            {
                for (int i = 0; i < slow.Length; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    await clients[i].Client.GetAsync(
                        $"{_prefix}/small", Stream.Null, cancellationToken: cancellationToken);
                    milliseconds[i][read] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }
        }
        finally
        {
            foreach (ConfiguredClient client in clients) await client.DisposeAsync();
        }
        return [.. slow.Select((name, i) => DepSkyReadLatency.Of(name ?? "none", milliseconds[i]))];
    }

    private async Task DeleteAllAsync()
    {
        foreach (CloudConfiguration cloud in configuration.Clouds)
        {
            await using ICloud storage = cloud.Open();
            foreach (CloudEntry entry in await ListAsync(storage, _prefix, CancellationToken.None))
                await storage.DeleteAsync(entry.Name, CancellationToken.None);
        }
    }

    private static async Task<List<CloudEntry>> ListAsync(
        ICloud cloud, string prefix, CancellationToken cancellationToken)
    {
        List<CloudEntry> entries = [];
        await foreach (CloudEntry entry in cloud.ListAsync(prefix, cancellationToken)) entries.Add(entry);
        return entries;
    }

    private static double PeakMemoryMiB()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / (double)(1 << 20);
    }

    /// <summary>So many bytes, no two segments alike, without holding them.</summary>
    private sealed class GeneratedContent(long length) : Stream
    {
        private readonly byte[] _pattern = RandomNumberGenerator.GetBytes(1 << 20);
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int at = (int)(_position % _pattern.Length);
            int count = (int)Math.Min(Math.Min(buffer.Length, _pattern.Length - at), length - _position);
            _pattern.AsSpan(at, count).CopyTo(buffer);
            _position += count;
            if (at + count == _pattern.Length) _pattern[0]++;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
