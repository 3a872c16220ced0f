using System.Diagnostics;
using BftSmr.Cryptography;
using DepSky.Clouds;
using DepSky.Clouds.Faults;

namespace DepSky.Bench;

/// <summary>The client on four folders of this machine: what storing takes, what a slow cloud costs a reader, how a put compares with writing the same bytes directly, and what memory a large object takes.</summary>
internal sealed class ClientBenchmark(string directory, TextWriter output)
{
    private const int Mebibyte = 1024 * 1024;

    public async Task RunAsync()
    {
        await StorageAsync();
        await SlowReadsAsync(baseDelayMs: 0);
        await SlowReadsAsync(baseDelayMs: 20);
        await PutAsync();
    }

    private async Task StorageAsync()
    {
        await using Setup setup = new(Path.Combine(directory, "storage"));
        byte[] content = new byte[64 * Mebibyte];
        Random.Shared.NextBytes(content);
        await setup.Client.PutAsync("unit", new MemoryStream(content));
        await setup.Client.DrainAsync();
        long blocks = setup.Bytes("/.data/"), all = setup.Bytes("");
        output.WriteLine($"storage: 64 MiB take {blocks / (double)content.Length:F4} times their size in blocks, {all / (double)content.Length:F4} with metadata");
    }

    private async Task SlowReadsAsync(int baseDelayMs)
    {
        const int rounds = 60;
        await using Setup setup = new(Path.Combine(directory, $"reads{baseDelayMs}"));
        byte[] content = new byte[100_000];
        Random.Shared.NextBytes(content);
        await setup.Client.PutAsync("unit", new MemoryStream(content));
        await setup.Client.DrainAsync();
        // Each round reads once with no slow cloud and once with each of the four being slow, so that all meet the same noise; for each case a client of its own, as long-lived as clients are.
        DepSkyClient[] clients = [.. Enumerable.Range(0, 5).Select(_ => setup.NewClient())];
        double[][] tookMs = [.. clients.Select(_ => new double[rounds])];
        for (int round = -5; round < rounds; round++)
        {
            for (int slow = 0; slow < clients.Length; slow++)
            {
                for (int i = 0; i < 4; i++) setup.Slow(i, i == slow ? 500 : baseDelayMs);
                long start = Stopwatch.GetTimestamp();
                await clients[slow].GetAsync("unit", Stream.Null);
                if (round >= 0) tookMs[slow][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }
        double none = Median(tookMs[4]);
        output.WriteLine($"read of 100 KB, every cloud {baseDelayMs} ms away, p50 of {rounds}: {none:F2} ms with no slow cloud");
        for (int slow = 0; slow < 4; slow++) output.WriteLine($"  cloud {slow} slow (500 ms): {Median(tookMs[slow]):F2} ms, {Median(tookMs[slow]) / none:P0} of that");
    }

    private async Task PutAsync()
    {
        const int rounds = 7;
        byte[] content = new byte[100_000_000];
        Random.Shared.NextBytes(content);
        double[] put = new double[rounds], direct = new double[rounds];
        for (int round = -1; round < rounds; round++)
        {
            await using Setup setup = new(Path.Combine(directory, $"put{round + 1}"));
            double directSeconds = await DirectAsync(setup, content);
            long start = Stopwatch.GetTimestamp();
            await setup.Client.PutAsync("unit", new MemoryStream(content));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (round >= 0) (put[round], direct[round]) = (seconds, directSeconds);
        }
        output.WriteLine($"put of 100 MB to four folders, median of {rounds}: {100 / Median(put):F0} MB/s of content; writing the same 150 MB of blocks directly in parallel: {100 / Median(direct):F0} MB/s; {Median(direct) / Median(put):P0}");
    }

    /// <summary>The same number of bytes, in blocks of the same length, to three of the clouds, with as many requests at a time.</summary>
    private static async Task<double> DirectAsync(Setup setup, byte[] content)
    {
        int blockBytes = setup.Options.SegmentBytes / 2;
        long start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, content.Length / 2 / blockBytes + 1), new ParallelOptions { MaxDegreeOfParallelism = setup.Options.SegmentsAhead }, async (i, token) =>
        {
            int offset = i * blockBytes;
            ReadOnlyMemory<byte> block = content.AsMemory(offset, Math.Min(blockBytes, content.Length / 2 - offset));
            await Task.WhenAll(Enumerable.Range(0, 3).Select(cloud => setup.Clouds[cloud].PutAsync($"direct/{i}", block, token)));
        });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>In a process of its own, whose peak memory is then that of putting and getting the object.</summary>
    public async Task RunLargeAsync()
    {
        await using Setup setup = new(Path.Combine(directory, "large"));
        const long size = 1024L * Mebibyte;
        long start = Stopwatch.GetTimestamp();
        await using (PatternStream source = new(size)) await setup.Client.PutAsync("unit", source);
        double putSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        await using PatternStream check = new(size);
        await setup.Client.GetAsync("unit", check);
        check.ThrowIfIncomplete();
        double getSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string peak = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)) : $"VmHWM: {Process.GetCurrentProcess().PeakWorkingSet64 / 1024} kB";
        output.WriteLine($"1 GiB: put {1024 / putSeconds:F0} MiB/s, get {1024 / getSeconds:F0} MiB/s and every byte right; peak memory of the process: {string.Join(' ', peak.Split((char[])[], StringSplitOptions.RemoveEmptyEntries).Skip(1))}");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private sealed class Setup : IAsyncDisposable
    {
        private readonly string _directory;
        private readonly KeyPair _key = KeyPair.Generate();

        public Setup(string directory)
        {
            _directory = directory;
            Clouds = [.. Enumerable.Range(0, 4).Select(i => new FaultyCloud(new FolderCloud($"cloud{i}", Directory.CreateDirectory(Path.Combine(directory, $"cloud{i}")).FullName), seed: 0))];
            Options = new DepSkyOptions { Clouds = [.. Clouds.Select(c => (ICloud)c)], WriterPublicKey = _key.PublicKey, WriterKey = _key };
            Client = NewClient();
        }

        public FaultyCloud[] Clouds { get; }

        public DepSkyOptions Options { get; }

        public DepSkyClient Client { get; }

        public void Slow(int cloud, int delayMs)
        {
            Clouds[cloud].Delay = TimeSpan.FromMilliseconds(delayMs);
            Clouds[cloud].Faults = delayMs > 0 ? CloudFaults.Slow : CloudFaults.None;
        }

        public DepSkyClient NewClient() => new(Options);

        public long Bytes(string part) => Directory.EnumerateFiles(_directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(path => path.Contains(part, StringComparison.Ordinal)).Sum(path => new FileInfo(path).Length);

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            _key.Dispose();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
