using System.Net;
using System.Net.Sockets;

namespace Memcache.Client.Tests.Client;

/// <summary>Answers whatever comes with bytes of the test's choice.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _connections;

    /// <param name="answers">What each connection answers to its first bytes; the last again and again.</param>
    public ScriptedServer(params byte[][] answers)
    {
        _listener.Start();
        Name = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = ServeAsync(answers);
    }

    public string Name { get; }

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(byte[][] answers)
    {
        List<Task> clients = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                byte[] answer = answers[Math.Min(_connections, answers.Length - 1)];
                Interlocked.Increment(ref _connections);
                clients.Add(AnswerAsync(client, answer));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
        }
        await Task.WhenAll(clients);
    }

    private async Task AnswerAsync(Socket client, byte[] answer)
    {
        try
        {
            using NetworkStream stream = new(client, ownsSocket: true);
            byte[] buffer = new byte[4096];
            if (await stream.ReadAsync(buffer, _stop.Token) > 0) await stream.WriteAsync(answer, _stop.Token);
            while (await stream.ReadAsync(buffer, _stop.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }
}
