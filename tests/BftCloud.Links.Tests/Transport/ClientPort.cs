using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftCloud.Links.Tests.Transport;

/// <summary>The client port of replica 0, with everything a test wants to know about it.</summary>
internal sealed class ClientPort : IAsyncDisposable
{
    public ClientPort(LinkKeys keys, LinkOptions? options = null, TimeProvider? time = null, EndPoint? listen = null)
    {
        Keys = keys;
        Listener = new ClientListener(
            listen ?? new IPEndPoint(IPAddress.Loopback, 0), keys.CredentialsOf(keys.Replicas[0]), Sink,
            options ?? LinkOptions.Clients, Counters, Log, time, Reactor);
        Listener.Start();
    }

    /// <summary>The port's own.</summary>
    public Reactor Reactor { get; } = new("port");

    public LinkKeys Keys { get; }

    public RecordingSink<ClientLink> Sink { get; } = new();

    public LinkCounters Counters { get; } = new();

    public RecordingLogger Log { get; } = new();

    public ClientListener Listener { get; }

    /// <summary>A bare connection.</summary>
    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await Task.Run(() => socket.Connect(Listener.LocalEndPoint));
        return socket;
    }

    /// <summary>A link as client 0 makes it, but one that the test seals and opens by itself.</summary>
    public async Task<EstablishedLink> EstablishAsync()
    {
        ReactorSocket socket = new(Reactor.Shared, await ConnectAsync());
        return await LinkHandshake.InitiateAsync(
            socket, Keys.CredentialsOf(Keys.Clients[0]), LinkPort.Clients, 0, new ReplicaId(0));
    }

    /// <summary>The links of a client of a cluster of one replica: this one.</summary>
    public ReplicaLinks Dial(
        RecordingSink<ReplicaId> sink, LinkCredentials? credentials = null,
        int id = 0, LinkOptions? options = null, RecordingLogger? log = null, LinkCounters? counters = null)
    {
        ReplicaLinks links = new(
            new ClientId(id), [Listener.LocalEndPoint], credentials ?? Keys.CredentialsOf(Keys.Clients[id]),
            sink, options ?? LinkOptions.Clients, counters ?? new LinkCounters(),
            log is null ? NullLogger.Instance : log);
        links.Start();
        return links;
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        Reactor.Dispose();
    }
}
