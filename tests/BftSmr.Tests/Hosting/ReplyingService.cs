using System.Buffers;
using System.Buffers.Binary;

namespace BftSmr.Tests.Hosting;

/// <summary>Replies as many bytes as an operation or a query asks for.</summary>
internal sealed class ReplyingService : StateMachine
{
    private int _queries;

    /// <summary>Queries that it has answered.</summary>
    public int Queries => Volatile.Read(ref _queries);

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply) =>
        Reply(command.Operation.Span, reply);

    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        Interlocked.Increment(ref _queries);
        Reply(query, reply);
    }

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        // There is no state.
    }

    protected override void Load(ReadOnlySpan<byte> snapshot)
    {
        // There is no state.
    }

    private static void Reply(ReadOnlySpan<byte> operation, IBufferWriter<byte> reply)
    {
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(operation);
        reply.GetSpan(bytes)[..bytes].Clear();
        reply.Advance(bytes);
    }
}
