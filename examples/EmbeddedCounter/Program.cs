using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;

using LocalCluster local = LocalCluster.Create(f: 1, service: "counter");
string data = Directory.CreateTempSubdirectory("counter-").FullName;
List<BftReplica> replicas = [];
for (int id = 0; id < local.Configuration.Replicas.Count; id++)
{
    string directory = Path.Combine(data, $"r{id}");
    DataDirectory.Initialize(directory);
    BftReplicaOptions options = new()
    {
        Cluster = local.Configuration, Self = new ReplicaId(id), Key = local.ReplicaKeys[id], DataDirectory = directory,
    };
    replicas.Add(await BftReplica.StartAsync(options, new Counter()));
}

await using (BftClient client = await BftClient.ConnectAsync(new()
{
    Cluster = local.Configuration, ClientId = new ClientId(0), Key = local.ClientKeys[0],
}))
{
    byte[] addFive = [0, 0, 0, 0, 0, 0, 0, 5];
    for (int i = 0; i < 10; i++) await client.InvokeAsync(addFive);
    await replicas[0].DisposeAsync(); // The leader leaves; the others go on.
    ReadOnlyMemory<byte> sum = await client.InvokeAsync(addFive);
    Console.WriteLine($"counted to {BinaryPrimitives.ReadInt64BigEndian(sum.Span)}");
}
foreach (BftReplica replica in replicas) await replica.DisposeAsync();
Directory.Delete(data, recursive: true);

/// <summary>A replicated number: each command adds to it and replies the sum.</summary>
internal sealed class Counter : StateMachine
{
    private long _value;

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        if (command.Operation.Length != 8) throw new OperationRefusedException("An amount has 8 bytes.");
        _value += BinaryPrimitives.ReadInt64BigEndian(command.Operation.Span);
        Save(reply);
    }

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        BinaryPrimitives.WriteInt64BigEndian(snapshot.GetSpan(8), _value);
        snapshot.Advance(8);
    }

    protected override void Load(ReadOnlySpan<byte> snapshot) => _value = BinaryPrimitives.ReadInt64BigEndian(snapshot);
}
