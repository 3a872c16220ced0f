using BftSmr.Cryptography;

namespace BftSmr.Replication;

/// <summary>The replica as a deterministic state machine: input and time in, ordered effects out.</summary>
internal sealed class ReplicaCore
{
    public ReplicaCore(ReplicaSettings settings, IKeyring keyring, RecoveredState recovered) => (Settings, _, _) = (settings, keyring, recovered);

    public ReplicaSettings Settings { get; }

    /// <summary>When <see cref="TickInput"/> is due, on the monotonic clock.</summary>
    public long NextDeadlineMicros => throw new NotSupportedException();

    /// <summary>Call once, before the first step: emits what the recovered state calls for.</summary>
    public void Start(ClockReading now, EffectBuffer effects) => throw new NotSupportedException();

    public void Step(Input input, ClockReading now, EffectBuffer effects) => throw new NotSupportedException();

    public ReplicaStatus Status() => throw new NotSupportedException();
}
