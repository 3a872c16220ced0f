using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// The simplest way to write a service: one method per command, one per query, the whole state saved and loaded at
/// once. A command that throws <see cref="OperationRefusedException"/>, before it changes anything, is refused: its
/// client gets the words. Any other exception of a command stops the replica, as its state is in doubt.
/// For states that outgrow one buffer implement <see cref="IStateMachine"/> itself.
/// </summary>
public abstract class StateMachine : IStateMachine
{
    /// <summary>Executes one command and writes its reply.</summary>
    protected abstract void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply);

    /// <summary>Answers one query; by default there are none. Must not change the state.</summary>
    protected virtual void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        throw new OperationRefusedException("This service answers no queries.");

    /// <summary>Writes the whole state; equal states must write equal bytes.</summary>
    protected abstract void Save(IBufferWriter<byte> snapshot);

    /// <summary>Replaces the whole state by what <see cref="Save"/> wrote.</summary>
    protected abstract void Load(ReadOnlySpan<byte> snapshot);

    void IStateMachine.Execute(CommandBatch batch)
    {
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        for (int i = 0; i < commands.Length; i++)
        {
            try { Execute(batch, commands[i], batch.ReplyTo(i)); }
            catch (OperationRefusedException e) { batch.Fail(i, e.Message); }
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
