using System.Net;
using System.Net.Sockets;
using System.Text;
using BftCloud.Common;
using BftCloud.Primitives;

namespace BftCloud.Monitoring;

/// <summary>
/// Answers the few GETs of people and monitoring systems, one per connection. A listener this small costs a replica
/// process nothing to speak of, where a web server costs 27 MiB; what it must bound is bounded here: connections, bytes
/// and time of a request.
/// </summary>
internal sealed class MonitoringServer : IAsyncDisposable
{
    private const int ConnectionsMax = 16;
    private const int RequestBytesMax = 8192;
    private static readonly TimeSpan ConnectionTimeMax = TimeSpan.FromSeconds(5);

    private readonly TcpListener _listener;
    private readonly MonitoringSite _site;
    private readonly SemaphoreSlim _places = new(ConnectionsMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private MonitoringServer(TcpListener listener, MonitoringSite site)
    {
        (_listener, _site) = (listener, site);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>Listens on <paramref name="address"/>.</summary>
    /// <param name="address">host:port; port 0 of an IP address takes a free one.</param>
    /// <param name="site">What is served there.</param>
    /// <exception cref="CommandFailedException">The address cannot be used.</exception>
    public static async Task<MonitoringServer> StartAsync(string address, MonitoringSite site)
    {
        bool takesAnyPort = address.EndsWith(":0", StringComparison.Ordinal);
        try
        {
            TcpListener listener = new(takesAnyPort && IPEndPoint.TryParse(address, out IPEndPoint? free)
                ? free
                : await ResolveAsync(HostPort.Parse(address)));
            listener.Start();
            return new MonitoringServer(listener, site);
        }
        catch (SocketException e)
        {
            throw new CommandFailedException(
                $"The {site.AddressName} {address} cannot be listened on: {e.Message}. {site.Remedy}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        for (int i = 0; i < ConnectionsMax; i++) await _places.WaitAsync();
        _stop.Dispose();
        _places.Dispose();
    }

    private static async Task<IPEndPoint> ResolveAsync(HostPort at) => new(
        IPAddress.TryParse(at.Host, out IPAddress? literal) ? literal : (await Dns.GetHostAddressesAsync(at.Host))[0],
        at.Port);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stop.Token);
                try
                {
                    _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    _places.Release();
                    if (_stop.IsCancellationRequested) return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting for a place.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(ConnectionTimeMax);
        try
        {
            byte[] buffer = new byte[RequestBytesMax];
            int length = await ReadHeadAsync(socket, buffer, timeout.Token);
            RequestHead? request = RequestHead.Parse(buffer.AsSpan(0, length));
            (HttpStatusCode status, MonitoringPage page) = await AnswerAsync(request, timeout.Token);
            await SendAsync(socket, HeadOf(status, page), timeout.Token);
            if (request?.Method != "HEAD") await SendAsync(socket, page.Content, timeout.Token);
            socket.Shutdown(SocketShutdown.Send);
            // Wait for the reader's end, so that closing does not cut off what it has not read yet.
            while (await socket.ReceiveAsync(buffer, timeout.Token) > 0) { }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The reader went away, was too slow, or this process stops: nothing is owed to it.
        }
        finally
        {
            socket.Dispose();
            _places.Release();
        }
    }

    private byte[] HeadOf(HttpStatusCode status, MonitoringPage page)
    {
        string allow = status == HttpStatusCode.MethodNotAllowed ? "Allow: GET, HEAD\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(int)status} {status}\r\nContent-Type: {page.ContentType}\r\nContent-Length: "
            + $"{page.Content.Length}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: "
            + $"close\r\n{allow}{_site.Headers}\r\n");
    }

    private static async Task<int> ReadHeadAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += read;
            if (read == 0 || buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0) break;
        }
        return length;
    }

    private async ValueTask<(HttpStatusCode Status, MonitoringPage Page)> AnswerAsync(
        RequestHead? request, CancellationToken cancellationToken)
    {
        if (request is not { } head)
            return (HttpStatusCode.BadRequest, MonitoringPage.Text("This is not a request for a page.\n"));
        if (head.Method is not ("GET" or "HEAD"))
            return (HttpStatusCode.MethodNotAllowed, MonitoringPage.Text("Only GET and HEAD are answered here.\n"));
        if (!_site.IsServedAs(head.Host))
        {
            return (
                HttpStatusCode.MisdirectedRequest,
                MonitoringPage.Text("The page is not served under this name. Ask for it by its IP address.\n"));
        }
        return await _site.Open(head.Path, cancellationToken) is { } page
            ? (page.IsHealthy ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, page)
            : (HttpStatusCode.NotFound, MonitoringPage.Text($"There is {_site.Paths}.\n"));
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }
}
