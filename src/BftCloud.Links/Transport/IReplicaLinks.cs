using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>What a client's connection needs of its links to the replicas.</summary>
internal interface IReplicaLinks : IAsyncDisposable
{
    /// <summary>Begins to dial; from now on the sink hears of links and frames.</summary>
    void Start();

    /// <summary>
    /// Queues a frame until <see cref="Flush"/>. False if it was dropped: the link is down, or its queue full.
    /// </summary>
    bool Send(ReplicaId to, ReadOnlySpan<byte> payload);

    /// <summary>
    /// Sends what is queued: one system call for each link that has something, and is not sending already.
    /// </summary>
    void Flush();

    /// <summary>Which links are up, and what kept the others from it, in words.</summary>
    string Describe();
}
