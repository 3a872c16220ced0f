using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Floors;

/// <summary>Draws attacks on one type of message, anew or near to one that did harm.</summary>
internal static class AttackDraw
{
    private static readonly InterferenceKind[] s_kinds = Enum.GetValues<InterferenceKind>();
    private static readonly InterferenceKind[] s_answerKinds = [InterferenceKind.Drop, InterferenceKind.Lie];

    public static Interference Fresh(SimulationRandom random, int replicas)
    {
        int node = random.Next(replicas + 1);
        ReplicaId? replica = node == replicas ? null : new ReplicaId(node);
        InterferenceKind kind = Kind(random, replica);
        return new Interference(replica, kind, Message(random, replica, kind), Amount(random, kind));
    }

    /// <summary>The same with another sender, another message, or more or less of it.</summary>
    public static Interference Near(SimulationRandom random, Interference rule, int replicas)
    {
        switch (random.Next(3))
        {
            case 0 when rule.Replica is not null:
                return rule with { Replica = new ReplicaId(random.Next(replicas)) };
            case 1:
                return rule with { Message = Message(random, rule.Replica, rule.Kind) };
            default:
                int amount = random.Chance(0.5) ? rule.Amount * 2 : rule.Amount / 2;
                return rule with { Amount = Math.Clamp(amount, 1, AmountMax(rule.Kind)) };
        }
    }

    private static InterferenceKind Kind(SimulationRandom random, ReplicaId? replica)
    {
        InterferenceKind kind = random.Pick(s_kinds);
        return replica is null && kind == InterferenceKind.Flood ? InterferenceKind.Duplicate : kind;
    }

    private static string Message(SimulationRandom random, ReplicaId? replica, InterferenceKind kind)
    {
        if (replica is null) return random.Pick(Interference.ClientMessages);
        return s_answerKinds.Contains(kind) && random.Chance(0.2)
            ? random.Pick(Interference.Answers)
            : random.Pick(Interference.PeerMessages);
    }

    private static int Amount(SimulationRandom random, InterferenceKind kind) => kind switch
    {
        InterferenceKind.Drop or InterferenceKind.Divert or InterferenceKind.Lie => random.Pick([10, 50, 100]),
        _ => Math.Min(1 << random.Next(11), AmountMax(kind)),
    };

    private static int AmountMax(InterferenceKind kind) => kind switch
    {
        InterferenceKind.Delay => 4_000,
        InterferenceKind.Duplicate => 100,
        InterferenceKind.Flood => 1_000,
        _ => 100,
    };
}
