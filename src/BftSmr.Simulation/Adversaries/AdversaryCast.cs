namespace BftSmr.Simulation.Adversaries;

/// <summary>Which adversary plays which part.</summary>
internal static class AdversaryCast
{
    public static Adversary Create(AdversaryKind kind) => kind switch
    {
        AdversaryKind.Mute => new MuteReplica(),
        AdversaryKind.EquivocatingLeader => new EquivocatingLeader(),
        AdversaryKind.WrongDigests => new WrongDigests(),
        AdversaryKind.ForgedReplies => new ForgedReplies(),
        AdversaryKind.SelectiveSender => new SelectiveSender(),
        AdversaryKind.LyingStopData => new LyingStopData(),
        AdversaryKind.LyingStateSender => new LyingStateSender(),
        AdversaryKind.SlowLeader => new SlowLeader(),
        AdversaryKind.Mutineer => new Mutineer(),
        AdversaryKind.Mutator => new Mutator(),
        AdversaryKind.Yeasayer => new Yeasayer(),
        AdversaryKind.Excluder => new Excluder(),
        AdversaryKind.Replayer => new Replayer(),
        AdversaryKind.RequestForger => new RequestForger(),
        AdversaryKind.SyncForger => new SyncForger(),
        AdversaryKind.CheckpointForger => new CheckpointForger(),
        AdversaryKind.Garbler => new Garbler(),
        AdversaryKind.Twin => new Twin(),
        AdversaryKind.StaleReader => new StaleReader(),
        AdversaryKind.Whisperer => new Whisperer(),
        AdversaryKind.Deserter => new Deserter(),
        AdversaryKind.TimeForger => new TimeForger(),
        AdversaryKind.Nag => new Nag(),
        AdversaryKind.Laggard => new Laggard(),
        AdversaryKind.Interferer => new Interferer([]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No adversary of this kind is known."),
    };
}
