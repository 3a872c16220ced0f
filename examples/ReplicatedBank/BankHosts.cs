using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ReplicatedBank;

/// <summary>
/// A generic host for each replica and each client, as if each were a process of its own. They log to the standard
/// error.
/// </summary>
internal static class BankHosts
{
    public static IHost Replica(LocalCluster cluster, int id, string directory)
    {
        DataDirectory.Initialize(directory);
        HostApplicationBuilder builder = CreateBuilder();
        builder.Services.AddBftReplica(
            _ => new BftReplicaOptions
            {
                Cluster = cluster.Configuration, Self = new ReplicaId(id), Key = cluster.ReplicaKeys[id],
                DataDirectory = directory,
            },
            static _ => new BankService());
        builder.Services.AddHealthChecks().AddCheck<BftReplicaHealthCheck>("replica");
        return builder.Build();
    }

    public static IHost Client(LocalCluster cluster, int id)
    {
        HostApplicationBuilder builder = CreateBuilder();
        builder.Services.AddBftClient(_ => new BftClientOptions
        {
            Cluster = cluster.Configuration, ClientId = new ClientId(id), Key = cluster.ClientKeys[id],
        });
        builder.Services.AddSingleton<BankClient>();
        return builder.Build();
    }

    private static HostApplicationBuilder CreateBuilder()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging
            .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter("Microsoft", LogLevel.Warning);
        return builder;
    }
}
