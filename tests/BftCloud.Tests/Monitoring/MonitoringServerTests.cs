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

    public async Task InitializeAsync() => _server = await MonitoringServer.StartAsync(_address, SiteOf(static path =>
        path switch
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
            () => MonitoringServer.StartAsync(_address, SiteOf(static _ => null)));

        Assert.Contains($"The test's address {_address}", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Take another.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_is_answered_without_the_page()
    {
        using HttpRequestMessage request = new(HttpMethod.Head, new Uri($"http://{_address}/"));
        using HttpResponseMessage response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("hello\n".Length, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("Host: 127.0.0.1:1", HttpStatusCode.OK)]
    [InlineData("host:[::1]:8080", HttpStatusCode.OK)]
    [InlineData("Host: 10.1.2.3", HttpStatusCode.OK)]
    [InlineData("Host: LocalHost:80", HttpStatusCode.OK)]
    [InlineData("Host: watch.example:80", HttpStatusCode.OK)]
    [InlineData("Host: hostile.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host: 127.0.0.1.hostile.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host: [::1", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host:", HttpStatusCode.MisdirectedRequest)]
    [InlineData("X-Host: 127.0.0.1", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host: 127.0.0.1\r\nHost: hostile.example", HttpStatusCode.BadRequest)]
    public async Task A_site_with_names_is_served_under_those_alone(string header, HttpStatusCode status)
    {
        string address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
        MonitoringSite site = SiteOf(static _ => MonitoringPage.Text("hello\n")) with
        {
            HostNames = ["watch.example"], Headers = "X-Of-Site: 1\r\n",
        };
        await using MonitoringServer server = await MonitoringServer.StartAsync(address, site);
        using Socket socket = await ConnectAsync(address);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\n{header}\r\n\r\n"));

        string answer = await ReadToEndAsync(socket);

        Assert.StartsWith($"HTTP/1.1 {(int)status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Of-Site: 1\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.OK, answer.EndsWith("hello\n", StringComparison.Ordinal));
    }

    private static MonitoringSite SiteOf(Func<string, MonitoringPage?> open) => new()
    {
        Open = (path, _) => ValueTask.FromResult(open(path)),
        Paths = "/",
        AddressName = "test's address",
        Remedy = "Take another.",
    };

    private Task<Socket> ConnectAsync() => ConnectAsync(_address);

    private static async Task<Socket> ConnectAsync(string address)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(address));
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }
}
