using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;
using BlockStore;

const int Blocks = 8192, Clients = 2, AtATime = 32;
using LocalCluster local = LocalCluster.Create(f: 1, service: "blocks", clients: Clients);
string data = Directory.CreateTempSubdirectory("blocks-").FullName;
BftReplica[] replicas = new BftReplica[local.Configuration.Replicas.Count];
BlockMachine[] services = new BlockMachine[replicas.Length];
using CancellationTokenSource stop = new();
try
{
    for (int id = 0; id < replicas.Length; id++) await StartAsync(id);
    await using BftClient client = await ConnectAsync(0), other = await ConnectAsync(1);
    await Parallel.ForAsync(0, Blocks, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, (block, _) =>
        WriteAsync(client, block, 1));
    long state = (long)Blocks * BlockFile.BlockBytes >> 20;
    long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
    Console.WriteLine($"{replicas.Length} replicas have {state} MiB of blocks each, in files");
    Console.WriteLine($"together they may have {memory} MiB of memory");

    Task load = WriteForEverAsync(other);
    await StopAsync(3);
    Directory.Delete(DataOf(3), recursive: true);
    await StartAsync(3);
    while ((await replicas[3].GetStatusAsync()) is not { Phase: BftReplicaPhase.Ready, StableCheckpoint.Value: > 0 })
        await Task.Delay(100);
    Console.WriteLine("r3 lost everything, and is back while the others are written to");
    await stop.CancelAsync();
    await load;

    Digest[] digests;
    do
    {
        await Task.Delay(100);
        digests = await Task.WhenAll(
            replicas.Select(static async r => (await r.GetStatusAsync(true)).StateDigest ?? default));
    }
    while (digests.Distinct().Count() > 1);
    Console.WriteLine("all have the same blocks");
}
finally
{
    for (int id = 0; id < replicas.Length; id++) await StopAsync(id);
    Directory.Delete(data, recursive: true);
}

string DataOf(int id) => Path.Combine(data, $"r{id}");

async Task StartAsync(int id)
{
    Directory.CreateDirectory(DataOf(id));
    string directory = Path.Combine(DataOf(id), "data");
    if (replicas[id] is null) DataDirectory.Initialize(directory);
    services[id] = new BlockMachine(Path.Combine(DataOf(id), "blocks"), Blocks);
    replicas[id] = await BftReplica.StartAsync(
        new()
        {
            Cluster = local.Configuration, Self = new ReplicaId(id), Key = local.ReplicaKeys[id],
            DataDirectory = directory,
        },
        services[id]);
}

async Task StopAsync(int id)
{
    await (replicas[id]?.DisposeAsync() ?? default);
    services[id]?.Dispose();
}

Task<BftClient> ConnectAsync(int id) => BftClient.ConnectAsync(new()
{
    Cluster = local.Configuration, ClientId = new ClientId(id), Key = local.ClientKeys[id],
});

async ValueTask WriteAsync(BftClient client, int block, byte value)
{
    byte[] operation = new byte[sizeof(int) + BlockFile.BlockBytes];
    operation.AsSpan().Fill(value);
    BinaryPrimitives.WriteInt32BigEndian(operation, block);
    await client.InvokeAsync(operation);
}

async Task WriteForEverAsync(BftClient client)
{
    for (int i = 0; !stop.IsCancellationRequested; i++) await WriteAsync(client, i % Blocks, 2);
}
