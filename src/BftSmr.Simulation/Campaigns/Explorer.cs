using System.Diagnostics;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Settings;
using BftSmr.Simulation.Cryptography;
using BftSmr.Simulation.StateSpace;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Campaigns;

/// <summary>
/// Goes through all states that three correct replicas and a Byzantine leader can get into with one instance: every
/// message that was ever sent may arrive at any time, in any order, or never; each replica may lose patience once,
/// which leads through a change of regency. The leader's strategies are gone through one by one
/// (<see cref="ByzantineStrategy"/>). A state that was met before, in any way, is not entered again. Breadth first, so
/// that what is found is found on the shortest way.
/// </summary>
internal sealed class Explorer
{
    private const int Replicas = 4;

    private readonly ReplicaSettings _settings;
    private readonly IReadOnlyList<IReadOnlyList<ExploredMessage>> _lies;
    private readonly ExplorationOptions _options;
    private readonly Stopwatch _watch;
    private readonly CancellationToken _cancellation;
    private readonly HashSet<ulong> _seen = [];

    private Explorer(
        ExplorationOptions options, ByzantineStrategy strategy, Stopwatch watch, CancellationToken cancellation)
    {
        (_options, _watch, _cancellation) = (options, watch, cancellation);
        KeyOracle oracle = new(new SimulationRandom(1));
        _settings = new ReplicaSettings
        {
            Self =
                default, Quorums = Quorums.Byzantine(Replicas, 1), Durability = Durability.Votes,
                Authentication = RequestAuthentication.Signed, Window = 1,
            RequestTimeoutMicros = 1_000_000, LeaderLinkGraceMicros = 1_000_000, StatusPeriodMicros = 100_000,
        };
        Keyrings = [.. Enumerable.Range(0, Replicas).Select(i => oracle.ForReplica(new ReplicaId(i)))];
        Batch[] batches = [BatchOf(oracle, 1), BatchOf(oracle, 2)];
        _lies = [.. Enumerable.Range(0, Replicas)
            .Select(i => i == 0 ? [] : strategy.MessagesTo(i - 1, batches, options.ChangesLeader))];
    }

    private IReadOnlyList<IKeyring> Keyrings { get; }

    /// <summary>
    /// Explores until all is seen, a bound is reached, or two correct replicas execute different things.
    /// </summary>
    public static ExplorationReport Run(ExplorationOptions options, CancellationToken cancellation)
    {
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyList<ByzantineStrategy> strategies = ByzantineStrategy.All;
        ExplorationReport total = new()
        {
            States = 0,
            Transitions = 0,
            Depth = 0,
            Strategies = 0,
            Complete = 0,
            Elapsed = default,
            Violation = null,
            Story = [],
        };
        foreach (ByzantineStrategy strategy in strategies.Take(options.StrategiesMax))
        {
            if (watch.Elapsed >= options.TimeMax || cancellation.IsCancellationRequested) break;
            ExplorationReport one = new Explorer(options, strategy, watch, cancellation).Explore();
            total = total with
            {
                States =
                    total.States + one.States, Transitions = total.Transitions + one.Transitions,
                    Depth = Depth(total, one),
                Strategies =
                    total.Strategies + 1, Complete = total.Complete + one.Complete, Violation = one.Violation,
                    Story = one.Story, Elapsed = watch.Elapsed,
            };
            if (one.Violation is not null) break;
        }
        return total;
    }

    /// <summary>
    /// Of strategies that were explored to their end, the longest way there was; of the others, how far all of them
    /// were.
    /// </summary>
    private static int Depth(ExplorationReport total, ExplorationReport one) =>
        (total.Complete == total.Strategies, one.Complete == one.Strategies) switch
    {
        (true, true) => Math.Max(total.Depth, one.Depth),
        (true, false) => one.Depth,
        (false, true) => total.Depth,
        _ => Math.Min(total.Depth, one.Depth),
    };

    private ExplorationReport Explore()
    {
        State first = new(
            [.. Enumerable.Range(1, Replicas - 1)
                .Select(i => ExploredCore.Start(_settings with { Self = new ReplicaId(i) }, Keyrings[i]))],
            null, 0, null);
        _seen.Add(KeyOf(first));
        List<State> layer = [first];
        long transitions = 0;
        int depth = 0;
        while (layer.Count > 0)
        {
            List<State> next = [];
            foreach (State state in layer)
            {
                foreach (State successor in Successors(state))
                {
                    transitions++;
                    if (!_seen.Add(KeyOf(successor))) continue;
                    if (Broken(successor) is { } broken) return Report(isComplete: false, broken, Story(successor));
                    next.Add(successor);
                    if (_seen.Count >= _options.StatesMax || _watch.Elapsed >= _options.TimeMax
                        || _cancellation.IsCancellationRequested)
                        return Report(isComplete: false, null, []);
                }
            }
            layer = next;
            if (layer.Count > 0) depth++;
        }
        return Report(isComplete: true, null, []);

        ExplorationReport Report(bool isComplete, string? violation, IReadOnlyList<string> story) => new()
        {
            States = _seen.Count, Transitions = transitions, Depth = depth, Strategies = 1, Complete = isComplete
                ? 1
                : 0, Elapsed = _watch.Elapsed, Violation = violation, Story = story,
        };
    }

    private IEnumerable<State> Successors(State state)
    {
        for (int i = 0; i < state.Cores.Count; i++)
        {
            ExploredCore core = state.Cores[i];
            ReplicaId self = new(i + 1);
            foreach (ExploredMessage message in Pending(state, self))
            {
                if (TryStep(state, i, message, () => core.Give(message)) is { } successor) yield return successor;
            }
            if (_options.ChangesLeader && !core.HasTimedOut && TryStep(state, i, null, core.TimeOut) is { } later)
                yield return later;
        }
    }

    private static State? TryStep(State state, int index, ExploredMessage? given, Func<ExploredCore> step)
    {
        ExploredCore[] cores = [.. state.Cores];
#pragma warning disable CA1031 // A broken invariant is what is looked for.
        try
        {
            cores[index] = step();
        }
        catch (Exception e)
        {
            return new State(cores, state, index, given) { Failure = $"r{index + 1} stopped: {e.Message}" };
        }
#pragma warning restore CA1031
        return cores[index].Fingerprint == state.Cores[index].Fingerprint
            && cores[index].Sent.Count == state.Cores[index].Sent.Count ? null : new State(cores, state, index, given);
    }

    /// <summary>
    /// What may arrive at a replica: all that was ever sent to it and has not arrived, and anything the leader likes.
    /// </summary>
    private IEnumerable<ExploredMessage> Pending(State state, ReplicaId self)
    {
        HashSet<ulong> received = state.Cores[self.Value - 1].Received;
        foreach (ExploredCore core in state.Cores)
        {
            foreach ((ReplicaId to, ExploredMessage message) in core.Sent)
            {
                if (to == self && !received.Contains(message.Hash)) yield return message;
            }
        }
        foreach (ExploredMessage lie in _lies[self.Value])
        {
            if (!received.Contains(lie.Hash)) yield return lie;
        }
    }

    private ulong KeyOf(State state)
    {
        TraceHash hash = new();
        for (int i = 0; i < state.Cores.Count; i++)
        {
            hash.Add(state.Cores[i].Fingerprint);
            hash.Add(state.Cores[i].HasTimedOut ? 1L : 0L);
            ulong sum = 0; // a set: the order does not matter
            foreach (ExploredMessage message in Pending(state, new ReplicaId(i + 1)))
                sum += message.Hash * 0x9E3779B97F4A7C15;
            hash.Add(sum);
        }
        return hash.Value;
    }

    private static string? Broken(State state)
    {
        if (state.Failure is { } failure) return failure;
        for (int i = 0; i < state.Cores.Count; i++)
        {
            for (int j = i + 1; j < state.Cores.Count; j++)
            {
                (
                    IReadOnlyList<string> one, IReadOnlyList<string> other) = (state.Cores[i].Executed,
                    state.Cores[j].Executed);
                for (int k = 0; k < Math.Min(one.Count, other.Count); k++)
                {
                    if (one[k] != other[k]) return $"r{i + 1} executed {one[k]}, r{j + 1} executed {other[k]}";
                }
            }
        }
        return null;
    }

    private static List<string> Story(State state)
    {
        List<string> story = [];
        for (State at = state; at.Before is { } before; at = before)
        {
            if (at.Failure is { } failure) story.Add(failure);
            story.Add(at.Given is { } given
                ? $"r{at.Core + 1} <- {Wording.Of(given.Message)} from {given.From}"
                : $"r{at.Core + 1} loses patience");
        }
        story.Reverse();
        return story;
    }

    private static Batch BatchOf(KeyOracle oracle, int client)
    {
        Request open = RequestCodec.Create(
            new SessionId(new ClientId(client), 1), 1, RequestKind.Open, ReplicaSet.AllOf(Replicas), new ReplicaId(0),
            default);
        IKeyring keyring = oracle.ForClient(new ClientId(client));
        return BatchCodec.Create(
            1_800_000_000_000_000, 7,
            [RequestCodec.Authenticate(open, keyring, Replicas, macs: false, signature: true)]);
    }

    /// <summary>The three cores, and the step that led here: a core was given a message, or lost patience.</summary>
    private sealed record State(IReadOnlyList<ExploredCore> Cores, State? Before, int Core, ExploredMessage? Given)
    {
        public string? Failure { get; init; }
    }
}
