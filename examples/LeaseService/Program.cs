using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;
using LeaseService;

const int Increments = 5;
string[] names = ["alice", "bob", "carol"];
using LocalCluster local = LocalCluster.Create(f: 1, service: "leases", clients: names.Length);
string data = Directory.CreateTempSubdirectory("leases-").FullName;
List<BftReplica> replicas = [];
List<BftClient> clients = [];
try
{
    for (int id = 0; id < local.Configuration.Replicas.Count; id++) replicas.Add(await StartAsync(id));
    for (int id = 0; id < names.Length; id++) clients.Add(await ConnectAsync(id));
    return await RunAsync() ? 0 : 1;
}
finally
{
    foreach (BftClient client in clients) await client.DisposeAsync();
    foreach (BftReplica replica in replicas) await replica.DisposeAsync();
    Directory.Delete(data, recursive: true);
}

Task<BftReplica> StartAsync(int id)
{
    string directory = Path.Combine(data, $"r{id}");
    DataDirectory.Initialize(directory);
    return BftReplica.StartAsync(
        new()
        {
            Cluster = local.Configuration, Self = new ReplicaId(id), Key = local.ReplicaKeys[id],
            DataDirectory = directory,
        },
        new LeaseMachine());
}

Task<BftClient> ConnectAsync(int id) => BftClient.ConnectAsync(new()
{
    Cluster = local.Configuration, ClientId = new ClientId(id), Key = local.ClientKeys[id],
});

async Task<bool> RunAsync()
{
    FencedCounter counter = new();
    LeaseClient[] leases = [.. clients.Zip(names, static (client, name) => new LeaseClient(client, name))];
    Worker[] workers = [.. leases.Select(client => new Worker(client, counter))];

    await Task.WhenAll(workers.Select(static worker => worker.IncrementAsync(Increments)));
    Console.WriteLine($"{string.Join(", ", names)} incremented {Increments} times each, one at a time");

    string[] refusals = await workers[0].IncrementTooLateAsync(async lease =>
    {
        Lease? seen = await leases[1].HolderOfAsync(Worker.Name);
        Console.WriteLine($"{seen?.Holder} took lease {seen?.Token} for {Worker.Duration.TotalSeconds} s, and sleeps");
        await Task.WhenAll(workers[1].IncrementAsync(1), workers[2].IncrementAsync(1));
        Lease next = workers[1].Held.Concat(workers[2].Held).OrderBy(static other => other.Token)
            .First(other => other.Token > lease.Token);
        Console.WriteLine($"the lease ran out, and {next.Holder} took lease {next.Token}");
    });
    Console.WriteLine($"{names[0]} wakes up and writes, refused by the counter: {refusals[0]}");
    Console.WriteLine($"{names[0]} renews, refused by the service: {refusals[1]}");

    Lease[] held = [.. workers.SelectMany(static worker => worker.Held).OrderBy(static lease => lease.Token)];
    int overlaps = held.Zip(held.Skip(1)).Count(static pair => pair.Second.SinceMicros < pair.First.UntilMicros);
    int wanted = Increments * names.Length + 2;
    int counted = counter.Read(held[^1].Token);
    Console.WriteLine($"{held.Length} leases, {overlaps} of them overlap; the counter is {counted} of {wanted}");
    return overlaps == 0 && counted == wanted;
}
