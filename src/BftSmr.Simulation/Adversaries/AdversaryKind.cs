namespace BftSmr.Simulation;

/// <summary>The ways in which a simulated replica is Byzantine.</summary>
public enum AdversaryKind
{
    /// <summary>Says nothing at all, ever.</summary>
    Mute,

    /// <summary>
    /// As leader proposes different batches to different replicas, and sends each votes for its own batch.
    /// </summary>
    EquivocatingLeader,

    /// <summary>Votes for digests that no leader proposed.</summary>
    WrongDigests,

    /// <summary>Gives clients wrong replies.</summary>
    ForgedReplies,

    /// <summary>Sends to some replicas and not to others.</summary>
    SelectiveSender,

    /// <summary>Signs accounts of its window that are old, or made up.</summary>
    LyingStopData,

    /// <summary>Sends wrong pieces, wrong decisions, wrong checkpoints to replicas that catch up.</summary>
    LyingStateSender,

    /// <summary>As leader collects all proposals and sends them as late as it dares.</summary>
    SlowLeader,

    /// <summary>Asks for new leaders all the time.</summary>
    Mutineer,

    /// <summary>Answers at random: changes any field of any message that it sends.</summary>
    Mutator,

    /// <summary>Sends each replica a vote for the value that this replica votes for.</summary>
    Yeasayer,

    /// <summary>As leader keeps f correct replicas out, and lets only one of the others decide.</summary>
    Excluder,

    /// <summary>As leader proposes old batches once more; repeats old messages.</summary>
    Replayer,

    /// <summary>As leader proposes requests made up in the names of others.</summary>
    RequestForger,

    /// <summary>As new leader makes SYNC of what proves nothing.</summary>
    SyncForger,

    /// <summary>Offers late replicas a state of its own making.</summary>
    CheckpointForger,

    /// <summary>Sends garbled frames.</summary>
    Garbler,

    /// <summary>There are two of it.</summary>
    Twin,

    /// <summary>Answers unordered reads with an old state.</summary>
    StaleReader,

    /// <summary>Tells one replica alone what it accepts, and answers unordered reads with an old state.</summary>
    Whisperer,

    /// <summary>Calls for new leaders all the time; as leader begins nothing.</summary>
    Deserter,

    /// <summary>As leader proposes times that its clock does not show.</summary>
    TimeForger,

    /// <summary>Repeats what is right and of no use, and asks for state without end. Not drawn.</summary>
    Nag,

    /// <summary>Says for ever that it is behind. Not drawn.</summary>
    Laggard,

    /// <summary>Treats messages of some types in its own way: see <see cref="Interference"/>.</summary>
    Interferer = 32,
}
