using System.Diagnostics;
using BftCloud.Simulation;
using BftSmr.Simulation.Floors;

namespace BftSmr.Simulation;

/// <summary>
/// Searches for attacks on progress. An attack delays, drops, diverts, repeats, falsifies or floods with all messages
/// of one type of one replica or client, and is scored by what correct clients lose (the idea of Turret, Lee et al.
/// 2014). Attacks come in generations: half are new, half are near to the worst so far. So the seed decides which
/// attacks are tried in which order; time decides only how many.
/// </summary>
public sealed class AttackSearch
{
    private const int GenerationSize = 8;
    private const int ParentsMax = 4;

    /// <summary>Decides which attacks are tried, and is the seed of each simulation.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>No generation is begun after so much real time.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>At most so many generations.</summary>
    public int GenerationsMax { get; init; } = int.MaxValue;

    /// <summary>Simulations at a time.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Told of each attack that was tried, one at a time, in the order of their numbers.</summary>
    public Action<FoundAttack>? Progress { get; init; }

    /// <summary>The simulation without an attack.</summary>
    internal Func<ulong, SimulationOptions> Without { get; init; } = FloorCheck.Calm;

    /// <summary>All attacks that were tried, the worst for correct clients first.</summary>
    public IReadOnlyList<FoundAttack> Run(CancellationToken cancellation = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        List<FoundAttack> tried = [];
        HashSet<Interference> rules = [];
        SimulationRandom random = new SimulationRandom(Seed).Fork("attacks");
        FloorCheck.Baselines baselines = new();
        for (int i = 0; i < GenerationsMax && watch.Elapsed < TimeMax; i++)
        {
            if (cancellation.IsCancellationRequested) break;
            FoundAttack[] generation = Play(Draw(random, tried, rules), tried.Count, baselines);
            foreach (FoundAttack attack in generation) Progress?.Invoke(attack);
            tried = [.. tried.Concat(generation).OrderBy(static a => a.Row.Margin).ThenBy(static a => a.Attempt)];
        }
        return tried;
    }

    private List<Interference> Draw(
        SimulationRandom random, List<FoundAttack> worst, HashSet<Interference> rules)
    {
        int replicas = Without(Seed).Replicas;
        List<Interference> drawn = [];
        while (drawn.Count < GenerationSize)
        {
            Interference rule = AttackDraw.Fresh(random, replicas);
            if (drawn.Count % 2 == 1 && worst.Count > 0)
            {
                Interference parent = worst[random.Next(Math.Min(ParentsMax, worst.Count))].Rule;
                Interference near = AttackDraw.Near(random, parent, replicas);
                if (!rules.Contains(near)) rule = near; // all near ones may be known
            }
            if (rules.Add(rule)) drawn.Add(rule);
        }
        return drawn;
    }

    private FoundAttack[] Play(List<Interference> rules, int firstAttempt, FloorCheck.Baselines baselines)
    {
        FoundAttack[] played = new FoundAttack[rules.Count];
        int next = -1;

        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < rules.Count;)
            {
                Interference rule = rules[i];
                FloorAttack attack = FloorAttacks.By(rule.ToString(), rule) with { Floor = FloorAttack.Combined };
                FloorRow row = FloorCheck.Play(attack, Without(Seed), baselines);
                played[i] = new FoundAttack(firstAttempt + i, rule, attack.Apply(Without(Seed)), row);
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Math.Max(1, Parallelism)).Select(_ => new Thread(Work, 16 << 20))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return played;
    }
}
