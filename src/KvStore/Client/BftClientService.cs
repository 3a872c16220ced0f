using BftSmr;

namespace KvStore;

/// <summary>The cluster that a client is connected to.</summary>
internal sealed class BftClientService(BftClient client) : IReplicatedService
{
    public int OperationBytesMax => Math.Min(KvLimits.OperationBytesMax, client.OperationBytesMax);

    public int FaultsMax => client.FaultsMax;

    public Task<ReadOnlyMemory<byte>> InvokeAsync(
        ReadOnlyMemory<byte> operation, CancellationToken cancellationToken) =>
        client.InvokeAsync(operation, cancellationToken);

    public Task<ReadOnlyMemory<byte>> QueryAsync(ReadOnlyMemory<byte> operation, CancellationToken cancellationToken) =>
        client.QueryAsync(operation, cancellationToken);
}
