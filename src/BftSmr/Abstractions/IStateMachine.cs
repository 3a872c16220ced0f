using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// The application: a deterministic state machine. Given the same records and the same batches, every replica must
/// reach the same state, write the same replies and touch the same records. No clock, randomness, thread or
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
    /// Freezes the state as it is now, and returns the records that were touched since the last freeze or load; the
    /// first time all there are. Which records were touched is a function of the commands executed since then, and of
    /// nothing else; one that was put and removed in between is a removal. Must be quick; what is returned is read on
    /// another thread while execution goes on, and must keep showing the state as of this call.
    /// </summary>
    IStateChanges Freeze();

    /// <summary>
    /// Begins to load a state, in place of the one there is, whose memory may be let go of at once. A load counts as a
    /// freeze: nothing is touched after it.
    /// </summary>
    IStateLoader BeginLoad();
}
