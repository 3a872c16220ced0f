using BftCloud.Primitives;

namespace BftSmr.Client;

/// <summary>What a connection needs of its links to the replicas.</summary>
internal interface IReplicaLinks : IAsyncDisposable
{
    /// <summary>Begins to dial; from now on the sink hears of links and frames.</summary>
    void Start();

    /// <summary>Queues a frame until <see cref="Flush"/>; loses it if the link is down.</summary>
    void Send(ReplicaId to, ReadOnlySpan<byte> frame);

    /// <summary>Sends what is queued: one system call for each link that has something.</summary>
    void Flush();

    /// <summary>Which links are up, and what kept the others from it, in words.</summary>
    string Describe();
}
