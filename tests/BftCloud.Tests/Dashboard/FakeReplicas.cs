using System.Text.Json;
using BftCloud.Monitoring;
using BftSmr;
using BftSmr.Configuration;

namespace BftCloud.Tests.Dashboard;

/// <summary>Four replicas that only tell where they stand, as the test wants it.</summary>
internal sealed class FakeReplicas : IAsyncDisposable
{
    private const int Count = 4;

    private readonly List<MonitoringServer> _servers = [];

    /// <summary>What each says; null: it hangs.</summary>
    public ReplicaReport?[] Reports { get; } =
        [.. Enumerable.Range(0, Count).Select(static id => Dashboard.Reports.Of(id))];

    public IReadOnlyList<string> Addresses { get; } = [.. LocalPorts.Take(Count).Select(LocalCluster.Loopback)];

    public static async Task<FakeReplicas> StartAsync()
    {
        FakeReplicas replicas = new();
        for (int id = 0; id < Count; id++)
        {
            int of = id;
            replicas._servers.Add(await MonitoringServer.StartAsync(replicas.Addresses[id], new MonitoringSite
            {
                Open = (_, cancellationToken) => replicas.AnswerAsync(of, cancellationToken),
                Paths = "/status",
                AddressName = "address",
                Remedy = "Take another.",
            }));
        }
        return replicas;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MonitoringServer server in _servers) await server.DisposeAsync();
    }

    private async ValueTask<MonitoringPage?> AnswerAsync(int id, CancellationToken cancellationToken)
    {
        if (Reports[id] is not { } report)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }
        return new MonitoringPage(
            "application/json", JsonSerializer.SerializeToUtf8Bytes(report, MonitoringJson.Default.ReplicaReport));
    }
}
