using System.Buffers;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Commands;
using KvStore.State;

namespace KvStore;

/// <summary>
/// The key-value store as a deterministic state machine: byte strings, counters, hashes, lists, sets and sorted sets,
/// conditional transactions, expiry by agreed time. Operations and replies are as docs/spec/kv says. Freezing is one
/// increment, for any size; nothing throws for any bytes.
/// </summary>
public sealed class KvStateMachine : IStateMachine
{
    private readonly Interpreter _interpreter;
    private KvState _state = new();

    /// <summary>An empty store.</summary>
    /// <param name="stateBytesMax">
    /// The counted size from which on commands that may add something are refused. It decides replies, so it must be
    /// the same at all replicas of a cluster.
    /// </param>
    public KvStateMachine(long stateBytesMax = KvLimits.StateBytesMaxDefault)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stateBytesMax);
        _interpreter = new Interpreter(stateBytesMax);
    }

    /// <summary>
    /// An empty store as the <c>serviceOptions</c> of <c>cluster.json</c> describe it: <c>stateBytesMax</c> is the
    /// counted size from which on commands that may add something are refused.
    /// </summary>
    /// <exception cref="ConfigurationException">There is no such option, or its value is out of bounds.</exception>
    public static KvStateMachine Create(ServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceOptionReader settings = options.Read();
        long stateBytesMax = settings.Integer(
            "stateBytesMax", KvLimits.StateBytesMaxDefault, KvLimits.StateBytesMaxMin, long.MaxValue);
        settings.End();
        return new KvStateMachine(stateBytesMax);
    }

    /// <summary>How many entries there are, expired ones that were not reclaimed yet among them.</summary>
    public int Count => _state.Count;

    /// <summary>Counted size of the state, bytes.</summary>
    public long StateBytes => _state.Bytes;

    /// <inheritdoc/>
    public void Execute(CommandBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _state.Recent.Begin(batch.AgreedTimeMicros);
        _state.Reclaim(batch.AgreedTimeMicros, KvLimits.ReclaimedPerBatchMax);
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        for (int i = 0; i < commands.Length; i++)
        {
            SeededNumbers chance = SeededNumbers.For(batch.Seed, i);
            batch.ReplyTo(i).Write(
                _interpreter.Execute(_state, commands[i].Operation, batch.AgreedTimeMicros, chance).Written);
        }
    }

    /// <inheritdoc/>
    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        reply.Write(_interpreter.Query(_state, query, context.AgreedTimeMicros).Written);
    }

    /// <inheritdoc/>
    public Digest StateDigest() => _state.Digest();

    /// <inheritdoc/>
    public IStateChanges Freeze() => new KvStateChanges(_state.Freeze());

    /// <inheritdoc/>
    public IStateLoader BeginLoad()
    {
        _state = new KvState(); // lets go of the one there is
        return new KvStateLoader(loaded => _state = loaded);
    }
}
