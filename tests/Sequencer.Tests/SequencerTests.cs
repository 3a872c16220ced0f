using System.Diagnostics;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;
using BftSmr.Simulation;
using KvStore;
using KvStore.Operations;

namespace Sequencer.Tests;

/// <summary>KvStore on three replicas, ordered by a protocol that the library does not know.</summary>
public sealed class SequencerTests
{
    public SequencerTests() => OrderingProtocols.Register(SequencerProtocol.Instance);

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 25).Select(static seed => (ulong)seed)];

    /// <summary>
    /// Crashes, pauses, partitions and loss, in virtual time; the checkers see to agreement, exactly once, and that all
    /// comes to its end.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_store_keeps_its_promises_in_the_simulator(ulong seed)
    {
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions
            {
                Seed = seed,
                Protocol = SequencerProtocol.Instance.Name,
                F = 1,
                FaultKinds =
                    FaultKinds.Network | FaultKinds.Partitions | FaultKinds.Links | FaultKinds.Crashes
                    | FaultKinds.Pauses | FaultKinds.Restarts,
            },
            static () => new KvStateMachine(),
            Workloads.Of(static random => Operation(random.Next(4), random.Next(3))));
        Assert.True(report.Violation is null, report.Violation?.ToString());
    }

    [Fact]
    public async Task The_store_runs_in_three_processes_and_goes_on_without_one()
    {
        using TemporaryDirectory directory = new();
        List<Process> replicas = [];
        try
        {
            using LocalCluster local =
                LocalCluster.Create(f: 1, service: "kv", protocol: SequencerProtocol.Instance.Name);
            ClusterDirectory files = ClusterDirectory.Create(directory.At("D"), local);
            Assert.Equal(3, files.Cluster.Replicas.Count);
            for (int id = 0; id < 3; id++) replicas.Add(Start(files.ReplicaFile(id)));
            foreach (Process replica in replicas)
                Assert.Equal("ready", await replica.StandardOutput.ReadLineAsync().WaitAsync(Patience.Time));
            await using BftClient client = await BftClient.ConnectAsync(new BftClientOptions
            {
                Cluster = local.Configuration, ClientId = new ClientId(0), Key = local.ClientKeys[0],
                ConnectTimeout = Patience.Time, OperationTimeout = Patience.Time,
            });
            KvClient store = new(client);

            for (int i = 1; i <= 20; i++) Assert.Equal(i, await store.IncrementAsync("sum"));
            End(replicas[2]); // a follower: the sequencer itself is fixed
            for (int i = 21; i <= 40; i++) Assert.Equal(i, await store.IncrementAsync("sum"));
            replicas[2] = Start(files.ReplicaFile(2));
            Assert.Equal("ready", await replicas[2].StandardOutput.ReadLineAsync().WaitAsync(Patience.Time));
            End(replicas[1]); // nothing is answered from here on without the one that came back
            for (int i = 41; i <= 60; i++) Assert.Equal(i, await store.IncrementAsync("sum"));
        }
        finally
        {
            foreach (Process replica in replicas)
            {
                End(replica);
                replica.Dispose();
            }
        }
    }

    private static WorkloadOperation Operation(int kind, int key)
    {
        ByteBuffer operation = new();
        byte[] name = [(byte)'k', (byte)key];
        if (kind == 0) operation.Write(Opcode.Get, name);
        else if (kind == 1) operation.WritePut(name, [1, 2, 3], default, 0);
        else operation.Write(Opcode.Increment, name, kind);
        return new WorkloadOperation(operation.Written.ToArray(), IsQuery: kind == 0);
    }

    private static Process Start(string file) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, file])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;

    private static void End(Process replica)
    {
        replica.Kill();
        replica.WaitForExit();
    }
}
