using BftSmr.Messages;

namespace BftSmr.Core;

/// <summary>
/// A replica as a deterministic state machine, as its hosts know it: the loop of a replica process, and the simulator.
/// Input and the time go in, effects come out, to be carried out in order.
/// </summary>
internal interface IReplicaCore
{
    /// <summary>When <see cref="TickInput"/> is due, on the monotonic clock.</summary>
    long NextDeadlineMicros { get; }

    /// <summary>Call once, before the first step: emits what the recovered state calls for.</summary>
    void Start(ClockReading now, EffectBuffer effects);

    /// <summary>
    /// Whether the next step would use a peer's message if its signatures were right. If not, they need no check: the
    /// core takes nothing from it.
    /// </summary>
    bool Uses(PeerMessage message);

    /// <summary>Takes an input up, and proposes what is due then.</summary>
    /// <param name="input">What came, or <see cref="TickInput"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Where the effects go.</param>
    /// <param name="moreFollow">
    /// Another step follows before any of the effects leaves. Proposing is left to it, so that one batch holds what
    /// came together.
    /// </param>
    void Step(Input input, ClockReading now, EffectBuffer effects, bool moreFollow = false);

    ReplicaStatus Status();
}
