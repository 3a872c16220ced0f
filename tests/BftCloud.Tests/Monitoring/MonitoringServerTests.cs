using System.Net;
using System.Net.Sockets;
using System.Text;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftSmr;
using BftSmr.Configuration;

namespace BftCloud.Tests.Monitoring;

public sealed class MonitoringServerTests : IAsyncLifetime
{
    private readonly string _address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private MonitoringServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await MonitoringServer.StartAsync(_address, static (path, _) => ValueTask.FromResult(path switch
    {
        "/large" => new MonitoringPage("text/plain", new byte[1 << 20]),
        "/sick" => MonitoringPage.Text("no\n", isHealthy: false),
        "/" => MonitoringPage.Text("hello\n"),
        _ => null,
    }));

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Pages_are_answered_whole()
    {
        Assert.Equal("hello\n", await _http.GetStringAsync(new Uri($"http://{_address}/?a=b")));
        Assert.Equal(1 << 20, (await _http.GetByteArrayAsync(new Uri($"http://{_address}/large"))).Length);
    }

    [Fact]
    public async Task What_is_not_there_or_not_well_has_its_status()
    {
        using HttpResponseMessage absent = await _http.GetAsync(new Uri($"http://{_address}/x"));
        using HttpResponseMessage sick = await _http.GetAsync(new Uri($"http://{_address}/sick"));
        using HttpResponseMessage posted = await _http.PostAsync(
            new Uri($"http://{_address}/"), new StringContent("x"));

        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, sick.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001 rubbish\r\n\r\n")]
    public async Task Rubbish_is_answered_with_400(string request)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));

        Assert.StartsWith("HTTP/1.1 400 ", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_cut_off_and_others_are_served_meanwhile()
    {
        using Socket flooding = await ConnectAsync();
        await flooding.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n" + new string('x', 8192)));

        Assert.Equal("hello\n", await _http.GetStringAsync(new Uri($"http://{_address}/")));
        Assert.StartsWith("HTTP/1.1 400 ", await ReadToEndAsync(flooding), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_address_is_named_with_the_remedy()
    {
        CommandFailedException e = await Assert.ThrowsAsync<CommandFailedException>(
            () => MonitoringServer.StartAsync(_address, static (_, _) => default));

        Assert.Contains(_address, e.Message, StringComparison.Ordinal);
        Assert.Contains("metricsAddress", e.Message, StringComparison.Ordinal);
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(_address));
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }
}
