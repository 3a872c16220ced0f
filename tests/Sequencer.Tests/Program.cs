using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;
using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;
using KvStore;

namespace Sequencer.Tests;

/// <summary>One replica of KvStore on the sequencer, until its input ends.</summary>
internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        OrderingProtocols.Register(SequencerProtocol.Instance);
        ReplicaConfiguration configuration = ReplicaConfiguration.Load(arguments[0]);
        ClusterConfiguration cluster = configuration.LoadCluster();
        using KeyPair key = KeyFile.Load(configuration.KeyFile, cluster.Replicas[configuration.Id].PublicKey);
        BftReplicaOptions options = new()
        {
            Cluster = cluster,
            Self = new ReplicaId(configuration.Id),
            Key = key,
            DataDirectory = configuration.DataDirectory,
        };
        await using BftReplica replica = await BftReplica.StartAsync(options, new KvStateMachine());
        Console.Out.WriteLine("ready");
        await Task.WhenAny(Console.In.ReadToEndAsync(), replica.Completion);
    }
}
