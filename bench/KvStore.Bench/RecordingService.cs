using System.Buffers;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Client;

namespace KvStore.Bench;

/// <summary>A store without a cluster, which keeps the operations that a client sends.</summary>
internal sealed class RecordingService(KvStateMachine store) : IReplicatedService
{
    private readonly ReplySink _replies = new();
    private long _instance;

    /// <summary>What the client sent, oldest first.</summary>
    public List<byte[]> Operations { get; } = [];

    /// <summary>Executes operations as one batch.</summary>
    public void Execute(ReadOnlyMemory<Command> commands)
    {
        _instance++;
        store.Execute(new CommandBatch(new Instance(_instance), _instance, seed: 0, commands, _replies));
    }

    public Task<ReadOnlyMemory<byte>> InvokeAsync(ReadOnlyMemory<byte> operation, CancellationToken cancellationToken)
    {
        Operations.Add(operation.ToArray());
        Execute(new[] { CommandOf(Operations[^1]) });
        return Task.FromResult<ReadOnlyMemory<byte>>(_replies.Last.ToArray());
    }

    public Task<ReadOnlyMemory<byte>> QueryAsync(ReadOnlyMemory<byte> operation, CancellationToken cancellationToken)
    {
        Operations.Add(operation.ToArray());
        ArrayBufferWriter<byte> reply = new();
        store.Query(operation.Span, AsOf(_instance), reply);
        return Task.FromResult(reply.WrittenMemory);
    }

    public static Command CommandOf(byte[] operation) =>
        new(new SessionId(new ClientId(0), 1), 1, ClientRights.Read | ClientRights.Write, operation);

    public static QueryContext AsOf(long agreedTimeMicros) =>
        new(new ClientId(0), ClientRights.Read | ClientRights.Write, agreedTimeMicros);
}
