using System.Net;

namespace Memcache.Client.Tests.Client;

/// <summary>A real cache server of this process, and a client of it.</summary>
internal sealed class TestCache : IAsyncDisposable
{
    public TestCache(MemcacheServerOptions? server = null, MemcacheClientOptions? client = null)
    {
        Server = MemcacheServer.Start(
            (server ?? new MemcacheServerOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        Client = new MemcacheClient((client ?? new MemcacheClientOptions()) with
        {
            Servers = [Name], Timeout = Patience.Time,
        });
    }

    public MemcacheServer Server { get; }

    public MemcacheClient Client { get; }

    public string Name => $"{Server.EndPoint}";

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
