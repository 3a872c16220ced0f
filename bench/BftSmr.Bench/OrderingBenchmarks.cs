using BenchmarkDotNet.Attributes;
using BftSmr.Messages;

namespace BftSmr.Bench;

/// <summary>
/// One ordered request in a cluster of four, all of it: its client makes it, four replica cores agree on it, execute it
/// and state their replies. No codec, no link, no disk.
/// </summary>
public class OrderingBenchmarks
{
    private const int Sessions = 64;
    private const int OperationBytes = 128;

    private BenchKeys _keys = null!;
    private MemoryCluster _cluster = null!;
    private SessionRequests _many = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _keys = new BenchKeys();
        _cluster = new MemoryCluster(_keys);
        _many = new SessionRequests(_keys, Sessions, OperationBytes);
        _cluster.Order(_many.Next());
    }

    [GlobalCleanup]
    public void CleanUp() => _keys.Dispose();

    [Benchmark(OperationsPerInvoke = Sessions)]
    public void OneBatch() => _cluster.Order(_many.Next());

    [Benchmark(OperationsPerInvoke = Sessions)]
    public void OneByOne()
    {
        ReadOnlySpan<Request> requests = _many.Next();
        for (int i = 0; i < Sessions; i++) _cluster.Order(requests.Slice(i, 1));
    }
}
