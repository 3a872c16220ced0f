using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// The simplest way to write a service: one method per command, one per query, the whole state saved and loaded at
/// once. An exception that a command throws becomes a failure reply to its client; <see
/// cref="OperationRefusedException"/> gives its words alone. So throw before changing anything.
/// For states that outgrow one buffer implement <see cref="IStateMachine"/> itself.
/// </summary>
public abstract class StateMachine : IStateMachine
{
    /// <summary>Executes one command and writes its reply.</summary>
    protected abstract void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply);

    /// <summary>Answers one query; by default there are none. Must not change the state.</summary>
    protected virtual void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        throw new NotSupportedException("This service answers no unordered queries.");

    /// <summary>Writes the whole state; equal states must write equal bytes.</summary>
    protected abstract void Save(IBufferWriter<byte> snapshot);

    /// <summary>Replaces the whole state by what <see cref="Save"/> wrote.</summary>
    protected abstract void Load(ReadOnlySpan<byte> snapshot);

    void IStateMachine.Execute(CommandBatch batch)
    {
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        for (int i = 0; i < commands.Length; i++)
        {
#pragma warning disable CA1031 // A service's exception is deterministic: an answer, not a reason to stop every replica.
            try { Execute(batch, commands[i], batch.ReplyTo(i)); }
            catch (Exception e) { batch.Fail(i, OperationRefusedException.Describe(e)); }
#pragma warning restore CA1031
        }
    }

    void IStateMachine.Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        Query(query, context, reply);

    Digest IStateMachine.StateDigest()
    {
        ArrayBufferWriter<byte> snapshot = new();
        Save(snapshot);
        return Blake2b.Hash(snapshot.WrittenSpan);
    }

    ISnapshotReader IStateMachine.Freeze()
    {
        ArrayBufferWriter<byte> snapshot = new();
        Save(snapshot);
        return new Reader(snapshot.WrittenMemory);
    }

    ISnapshotWriter IStateMachine.BeginInstall() => new Writer(this);

    private sealed class Reader(ReadOnlyMemory<byte> rest) : ISnapshotReader
    {
        public int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, rest.Length);
            rest.Span[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public void Dispose() { }
    }

    private sealed class Writer(StateMachine machine) : ISnapshotWriter
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
        public void Commit() => machine.Load(_bytes.WrittenSpan);
        public void Dispose() { }
    }
}
