using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// The simplest way to write a service: one method per command, one per query, the whole state saved and loaded at
/// once. A command that throws <see cref="OperationRefusedException"/>, before it changes anything, is refused: its
/// client gets the words. Any other exception of a command stops the replica, as its state is in doubt.
/// At each checkpoint the whole state is saved, and the blocks of it that changed are written to the disk. For states
/// that outgrow one buffer implement <see cref="IStateMachine"/> itself.
/// </summary>
public abstract class StateMachine : IStateMachine
{
    private readonly SavedBlocks _blocks = new();

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

    IStateChanges IStateMachine.Freeze()
    {
        ArrayBufferWriter<byte> state = new();
        Save(state);
        return _blocks.ChangesTo(state.WrittenMemory);
    }

    IStateLoader IStateMachine.BeginLoad() => new Loader(this);

    private sealed class Loader(StateMachine machine) : IStateLoader
    {
        private readonly ArrayBufferWriter<byte> _state = new();

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _state.Write(value);

        public void Commit()
        {
            machine.Load(_state.WrittenSpan);
            machine._blocks.ChangesTo(_state.WrittenMemory).Dispose();
        }

        public void Dispose() { }
    }
}
