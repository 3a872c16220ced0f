using BftSmr;
using Microsoft.Extensions.Hosting;
using ReplicatedBank;

using LocalCluster cluster = BankClients.CreateCluster();
string data = Directory.CreateTempSubdirectory("bank-").FullName;
List<IHost> replicas =
    [.. cluster.ReplicaKeys.Select((_, id) => BankHosts.Replica(cluster, id, Path.Combine(data, $"r{id}")))];
IHost[] clients = [.. cluster.ClientKeys.Select((_, id) => BankHosts.Client(cluster, id))];
try
{
    await Task.WhenAll(replicas.Concat(clients).Select(static host => host.StartAsync()));
    return await new BankStory(replicas, clients).RunAsync() ? 0 : 1;
}
finally
{
    foreach (IHost host in clients.Concat(replicas))
    {
        await host.StopAsync();
        host.Dispose();
    }
    Directory.Delete(data, recursive: true);
}
