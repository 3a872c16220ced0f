using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftCloud.Links.Tests.Transport;

public sealed class LocalShortcutTests : IDisposable
{
    private readonly LinkKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(true, true, AddressFamily.Unix)]
    [InlineData(true, false, AddressFamily.InterNetwork)]
    [InlineData(false, true, AddressFamily.InterNetwork)]
    public async Task Nodes_on_one_machine_take_it_if_both_want_it(
        bool listenerWants, bool dialerWants, AddressFamily expected)
    {
        TaskCompletionSource<AddressFamily> taken = new();
        await using LinkListener listener = new(
            new IPEndPoint(IPAddress.Loopback, 0), LinkPort.Clients, _keys.CredentialsOf(_keys.Replicas[0]),
            LinkOptions.Clients with { LocalShortcut = listenerWants }, new LinkCounters(),
            NullLogger.Instance, TimeProvider.System, Reactor.Shared);
        listener.Start(static _ => { }, established =>
        {
            taken.TrySetResult(established.Socket.Socket.AddressFamily);
            established.Socket.Dispose();
            return Task.CompletedTask;
        });
        await using ReplicaLinks links = new(
            new ClientId(0), [listener.LocalEndPoint], _keys.CredentialsOf(_keys.Clients[0]),
            new RecordingSink<ReplicaId>(),
            LinkOptions.Clients with { LocalShortcut = dialerWants }, new LinkCounters(), NullLogger.Instance);
        links.Start();
        Assert.Equal(expected, await taken.Task.WaitAsync(Patience.Time));
    }

    [Fact]
    public async Task Whoever_takes_the_name_of_a_replica_does_not_keep_clients_from_it()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { LocalShortcut = false });
        using Socket squatter = LocalShortcut.TryListen(port.Listener.LocalEndPoint, 10)!;
        Task squatting = squatter.AcceptAsync().ContinueWith(
            static accept => accept.Result.Dispose(), TaskScheduler.Default);
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = port.Dial(sink);
        await squatting.WaitAsync(Patience.Time);
        await sink.NextUpAsync();
    }

    [Fact]
    public void It_leads_to_the_same_name_from_both_sides_and_to_another_for_every_port()
    {
        EndPoint here = LocalShortcut.Of(new IPEndPoint(IPAddress.Loopback, 7000))!;
        Assert.Equal(here, LocalShortcut.Of(new IPEndPoint(IPAddress.Any, 7000)));
        Assert.Equal(here, LocalShortcut.Of(new IPEndPoint(IPAddress.IPv6Any, 7000)));
        Assert.Equal(here, LocalShortcut.Of(new DnsEndPoint("localhost", 7000)));
        Assert.NotEqual(here, LocalShortcut.Of(new IPEndPoint(IPAddress.Loopback, 7001)));
        Assert.NotEqual(here, LocalShortcut.Of(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 7000)));
        Assert.Null(LocalShortcut.Of(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7000)));
        Assert.Null(LocalShortcut.Of(new DnsEndPoint("replica.example", 7000)));
    }
}
