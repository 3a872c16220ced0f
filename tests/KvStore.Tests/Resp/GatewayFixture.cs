using System.Net;
using KvStore.Gateway;

namespace KvStore.Tests.Resp;

/// <summary>A gateway over a store in this process.</summary>
internal sealed class GatewayFixture(
    RespServerOptions? options = null, TimeProvider? clock = null,
    long stateBytesMax = KvLimits.StateBytesMaxDefault) : IAsyncDisposable
{
    private readonly List<RespTestClient> _clients = [];
    private RespServer? _server;

    public LocalService Service { get; } = new(clock, stateBytesMax);

    public RespServer Server => _server ??= RespServer.Start(Service, (options ?? new()) with
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        TimeProvider = clock ?? TimeProvider.System,
    });

    public RespTestClient Connect()
    {
        RespTestClient client = new(Server.EndPoint);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RespTestClient client in _clients) client.Dispose();
        await Server.DisposeAsync();
    }
}
