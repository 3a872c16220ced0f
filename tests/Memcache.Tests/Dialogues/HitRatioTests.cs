using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace Memcache.Tests.Dialogues;

/// <summary>A skewed load with scans finds no less in this server than in memcached with the same memory.</summary>
public sealed class HitRatioTests(MemcachedProcess memcached, ITestOutputHelper output)
    : IClassFixture<MemcachedProcess>
{
    private const int KeyCount = 400_000, ValueBytes = 500, Batch = 50, ScanKeys = 20_000;

    /// <summary>Set this in the environment for another number of requests than that of every run.</summary>
    private const string RequestsVariable = "HIT_RATIO_REQUESTS";

    [Fact]
    public async Task A_skewed_load_with_scans_finds_no_less_than_in_memcached()
    {
        string given = Environment.GetEnvironmentVariable(RequestsVariable) ?? "400000";
        int requests = int.Parse(given, CultureInfo.InvariantCulture);
        using TemporaryDirectory directory = new();
        await using MemcacheServer server = MemcacheServer.Start(
            new MemcacheServerOptions { Listen = null, SocketPath = directory.At("s"), MemoryBytes = 64 << 20 });
        double theirs = HitRatio(memcached.EndPoint, requests), ours = HitRatio(server.EndPoint, requests);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{requests} requests: memcached {theirs:P2}, this server {ours:P2}"));
        Assert.True(ours >= theirs, $"{ours:P2} are found here, {theirs:P2} in memcached");
    }

    /// <summary>The share of the skewed requests that find something; what is not found is stored.</summary>
    private static double HitRatio(EndPoint server, int requests)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(server);
        using NetworkStream stream = new(socket);
        using BufferedStream input = new(stream, 256 << 10);
        Random random = new(1);
        double[] cumulated = Zipf();
        string value = new('v', ValueBytes);
        long hits = 0, skewed = 0;
        int scanned = 0;
        for (int done = 0; done < requests; done += Batch)
        {
            bool isScan = done / ScanKeys % 5 == 4;
            int[] keys = [.. Enumerable.Range(0, Batch).Select(_ => isScan
                ? KeyCount + scanned++
                : Math.Abs(Array.BinarySearch(cumulated, random.NextDouble())))];
            stream.Write(Encoding.ASCII.GetBytes(string.Concat(keys.Select(static key => $"get {key}\r\n"))));
            StringBuilder missing = new();
            foreach (int key in keys)
            {
                if (IsHit(input))
                {
                    if (!isScan) hits++;
                }
                else
                {
                    missing.Append(CultureInfo.InvariantCulture, $"set {key} 0 0 {ValueBytes} noreply\r\n{value}\r\n");
                }
                if (!isScan) skewed++;
            }
            stream.Write(Encoding.ASCII.GetBytes(missing.ToString()));
        }
        return (double)hits / skewed;
    }

    private static bool IsHit(BufferedStream input)
    {
        bool isHit = false;
        byte[] line = new byte[1024];
        while (true)
        {
            int length = 0;
            while (input.ReadByte() is var next && next != '\n')
            {
                if (next < 0) throw new EndOfStreamException("The server has closed the connection.");
                line[length++] = (byte)next;
            }
            if (line.AsSpan(0, length).SequenceEqual("END\r"u8)) return isHit;
            isHit = true;
        }
    }

    private static double[] Zipf()
    {
        const double Skew = 0.9;
        double[] cumulated = new double[KeyCount];
        double sum = 0;
        for (int i = 0; i < KeyCount; i++) cumulated[i] = sum += 1 / Math.Pow(i + 1, Skew);
        for (int i = 0; i < KeyCount; i++) cumulated[i] /= sum;
        return cumulated;
    }
}
