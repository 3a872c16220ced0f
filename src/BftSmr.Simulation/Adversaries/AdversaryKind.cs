namespace BftSmr.Simulation;

/// <summary>The ways in which a simulated replica is Byzantine.</summary>
public enum AdversaryKind
{
    /// <summary>Says nothing at all, ever.</summary>
    Mute,

    /// <summary>As leader proposes different batches to different replicas, and votes for whatever each was told.</summary>
    EquivocatingLeader,

    /// <summary>Votes for digests that nobody proposed.</summary>
    WrongDigests,

    /// <summary>Gives clients wrong replies.</summary>
    ForgedReplies,

    /// <summary>Sends to some replicas and not to others.</summary>
    SelectiveSender,

    /// <summary>Signs accounts of its window that are old, or made up.</summary>
    LyingStopData,

    /// <summary>Sends wrong chunks, wrong decisions, wrong checkpoints to those who catch up.</summary>
    LyingStateSender,

    /// <summary>As leader collects all proposals and sends them as late as it dares.</summary>
    SlowLeader,

    /// <summary>Asks for new leaders all the time.</summary>
    Mutineer,

    /// <summary>Answers with whatever it likes: changes any field of any message that it sends.</summary>
    Mutator,

    /// <summary>Votes, to each replica, for whatever that one votes for.</summary>
    Yeasayer,
}
