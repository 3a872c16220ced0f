using System.Diagnostics.Metrics;
using Memcache.Server.Store;

namespace Memcache.Server.Hosting;

/// <summary>The server's instruments, of the meter <c>BftCloud.Memcache</c>.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly Meter _meter = new("BftCloud.Memcache");

    public ServerMetrics(SharedStore store, Func<int> connections, Func<long> accepted)
    {
        void Count(string name, string what, Func<CacheStore, long> read) =>
            _meter.CreateObservableCounter($"memcache.{name}", () => store.Read(read), description: what);
        void Gauge(string name, string? unit, string what, Func<CacheStore, long> read) =>
            _meter.CreateObservableGauge($"memcache.{name}", () => store.Read(read), unit, what);
        Count("gets", "Keys asked for", static s => s.Counters.Gets);
        Count("hits", "Keys found", static s => s.Counters.GetHits);
        Count("sets", "Values stored or refused", static s => s.Counters.Sets);
        Count("evictions", "Items evicted to make room", static s => s.Counters.Evictions);
        Count("expirations", "Items ended because their time was over", static s => s.Counters.Reclaimed);
        Count("refused.size", "Values refused for their length", static s => s.Counters.TooLarge);
        Count("refused.memory", "Values refused for lack of memory", static s => s.Counters.NoMemory);
        Count("auth.errors", "Wrong users or passwords", static s => s.Counters.AuthErrors);
        Gauge("items", null, "Items", static s => s.Count);
        Gauge("items.size", "By", "Bytes of items with their headers", static s => s.ItemBytes);
        Gauge("memory", "By", "Bytes taken of the memory for items", static s => s.UsedBytes);
        Gauge("memory.limit", "By", "Bytes that may be taken", static s => s.Options.Bytes);
        _meter.CreateObservableGauge("memcache.connections", connections, description: "Connections served now");
        _meter.CreateObservableCounter("memcache.accepted", accepted, description: "Connections accepted");
    }

    public void Dispose() => _meter.Dispose();
}
