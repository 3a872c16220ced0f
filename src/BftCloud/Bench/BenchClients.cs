using BftSmr;

namespace BftCloud.Bench;

/// <summary>The sessions of a benchmark, and the connection that they share, if they do.</summary>
internal sealed class BenchClients : IAsyncDisposable
{
    /// <summary>Handshakes at a time: enough to be quick, and not so many that they time out each other.</summary>
    private const int OpeningMax = 16;

    private readonly BftClient[] _clients;
    private BftConnection? _shared;

    private BenchClients(int count) => _clients = new BftClient[count];

    public int Count => _clients.Length;

    public BftClient this[int index] => _clients[index];

    public static async Task<BenchClients> OpenAsync(
        BenchPlan plan, BftClientOptions options, CancellationToken cancellationToken)
    {
        options = options with { AllowSynchronousContinuations = true };
        BenchClients clients = new(plan.Clients);
        try
        {
            if (plan.Multiplex) clients._shared = await BftConnection.ConnectAsync(options, cancellationToken);
            ParallelOptions opening = new()
            {
                MaxDegreeOfParallelism = OpeningMax, CancellationToken = cancellationToken,
            };
            await Parallel.ForAsync(0, plan.Clients, opening, async (i, token) =>
                clients._clients[i] = clients._shared is { } shared
                    ? await shared.OpenSessionAsync(token)
                    : await BftClient.ConnectAsync(options, token));
            return clients;
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BftClient? client in _clients)
        {
            if (client is not null) await client.DisposeAsync();
        }
        if (_shared is not null) await _shared.DisposeAsync();
    }
}
