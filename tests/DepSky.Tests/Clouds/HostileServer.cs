using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace DepSky.Tests.Clouds;

/// <summary>A server that answers what a test wants, byte for byte, on a free loopback port.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();
    private readonly Func<string, string?> _answer;
    private readonly byte[] _endless;
    private readonly Task _accepting;
    private int _count;

    /// <param name="answer">From the head of a request to the bytes of the answer, after which the connection is
    /// closed; null never answers.</param>
    /// <param name="endless">What is sent again and again after the answer, until the client closes; empty for
    /// nothing.</param>
    public HostileServer(Func<string, string?> answer, string endless = "")
    {
        _answer = answer;
        _endless = endless.Length == 0
            ? []
            : Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(endless, 65536 / endless.Length)));
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref _count);

    /// <summary>Waits for a request that was not waited for yet; its head.</summary>
    public async Task<string> NextRequestAsync() =>
        await _requests.Reader.ReadAsync(_stop.Token).AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                StringBuilder head = new();
                byte[] buffer = new byte[4096];
                while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await stream.ReadAsync(buffer, _stop.Token);
                    if (read == 0) return;
                    head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }
                Interlocked.Increment(ref _count);
                _requests.Writer.TryWrite(head.ToString());
                string? answer = _answer(head.ToString());
                if (answer is null) await Task.Delay(Timeout.Infinite, _stop.Token);
                string closing =
                    answer!.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(closing), _stop.Token);
                while (_endless.Length > 0) await stream.WriteAsync(_endless, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(buffer, _stop.Token) > 0) { }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client has closed, or the test is over.
            }
        }
    }
}
