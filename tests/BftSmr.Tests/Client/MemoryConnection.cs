using BftCloud.Primitives;
using BftSmr.Client;
using BftSmr.Client.Core;

namespace BftSmr.Tests.Client;

/// <summary>
/// A real connection with its loop and sessions, over links in memory and on a clock that stands still.
/// </summary>
internal sealed class MemoryConnection : IAsyncDisposable
{
    private readonly LocalCluster _local = LocalCluster.Create();

    public MemoryConnection(Func<BftClientOptions, BftClientOptions>? adjust = null, bool isReachable = true)
    {
        BftClientOptions options = new()
        {
            Cluster = _local.Configuration,
            ClientId = new ClientId(0),
            Key = _local.ClientKeys[0],
            TimeProvider = Time,
        };
        Options = adjust?.Invoke(options) ?? options;
        Options.Check();
        Loop = new ConnectionLoop(
            Options, sink => Links = new MemoryLinks(Cluster, sink) { IsReachable = isReachable }, new ClientLoad());
        Connection = BftConnection.Start(Options, Loop);
    }

    public ManualTime Time { get; } = new();

    public ScriptedCluster Cluster { get; } = new(4);

    public BftClientOptions Options { get; }

    public ConnectionLoop Loop { get; }

    public MemoryLinks Links { get; private set; } = null!;

    public BftConnection Connection { get; }

    /// <summary>Everything posted so far, and what followed from it, has been processed.</summary>
    public async Task Settle()
    {
        for (int i = 0; i < 8; i++) await Loop.Ask(static () => 0);
    }

    /// <summary>Lets time pass; the loop processes what falls due.</summary>
    public async Task Advance(TimeSpan time)
    {
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= Options.OperationTimeout / 100)
        {
            Time.Advance(TimeSpan.FromTicks(Math.Min(left.Ticks, (Options.OperationTimeout / 100).Ticks)));
            await Settle();
        }
    }

    public async Task<ClientStatistics> Statistics(BftClient client)
    {
        await Settle();
        return client.Session.Core.Statistics;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _local.Dispose();
    }
}
