using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// The application: a deterministic state machine. Given the same snapshot and the same batches, every replica must
/// reach the same state, write the same replies and produce the same snapshot bytes. No clock, randomness, thread or
/// culture may matter: use what the batch gives. Called from one thread at a time; must not throw for any bytes (derive
/// from <see cref="StateMachine"/> to have each operation's exceptions turned into replies).
/// </summary>
public interface IStateMachine
{
    /// <summary>Executes every command of the batch in order and writes one reply to each.</summary>
    void Execute(CommandBatch batch);

    /// <summary>Answers a read-only query on the executed state. Must not change the state.</summary>
    /// <param name="query">The query's bytes, as the client sent them.</param>
    /// <param name="context">The client that asks, and the agreed time of the state.</param>
    /// <param name="reply">Where the answer goes.</param>
    void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply);

    /// <summary>
    /// A digest of the whole state; equal at replicas that executed the same batches. Execution waits for it. A replica
    /// computes it only when it is asked for it (<see cref="Hosting.BftReplica.GetStatusAsync"/>); simulations compute
    /// it after every batch.
    /// </summary>
    Digest StateDigest();

    /// <summary>
    /// Freezes the state as it is now and returns a reader of its canonical bytes. Must be quick; the reader is used
    /// from another thread while execution goes on, and must keep showing the state as of this call.
    /// </summary>
    ISnapshotReader Freeze();

    /// <summary>
    /// Begins to replace the state by a snapshot that another replica, or an earlier run, has read from
    /// <see cref="Freeze"/>.
    /// </summary>
    ISnapshotWriter BeginInstall();
}

/// <summary>Streams the canonical bytes of a frozen state.</summary>
public interface ISnapshotReader : IDisposable
{
    /// <summary>Copies the next bytes of the snapshot into the buffer; 0 at the end.</summary>
    int Read(Span<byte> buffer);
}

/// <summary>Receives a snapshot's bytes and makes them the state.</summary>
public interface ISnapshotWriter : IDisposable
{
    /// <summary>Takes the next bytes; pieces may be cut anywhere.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// All bytes have been given (their digest has been verified): they become the state. Disposing without this leaves
    /// the old state.
    /// </summary>
    void Commit();
}
