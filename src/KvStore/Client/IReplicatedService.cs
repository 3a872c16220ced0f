namespace KvStore;

/// <summary>Where operations of the store go: a cluster, or in tests a single state machine.</summary>
internal interface IReplicatedService
{
    /// <summary>The longest operation that it takes, bytes.</summary>
    int OperationBytesMax => KvLimits.OperationBytesMax;

    /// <summary>How many replicas may be faulty: one more gave each reply alike.</summary>
    int FaultsMax => 0;

    /// <summary>Orders and executes an operation.</summary>
    Task<ReadOnlyMemory<byte>> InvokeAsync(ReadOnlyMemory<byte> operation, CancellationToken cancellationToken);

    /// <summary>Answers an operation that only reads; linearizable.</summary>
    Task<ReadOnlyMemory<byte>> QueryAsync(ReadOnlyMemory<byte> operation, CancellationToken cancellationToken);
}
