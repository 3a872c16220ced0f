using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Timelines;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.StateSpace;

/// <summary>
/// One correct replica in an explored state: what it was given so far, which decides everything, and what came of it.
/// </summary>
internal sealed class ExploredCore
{
    private const long EpochMicros = 1_800_000_000_000_000;

    private readonly ReplicaSettings _settings;
    private readonly IKeyring _keyring;
    private readonly ExploredCore? _before;
    private readonly ExploredMessage? _given;
    private readonly Dictionary<(ulong, bool, ulong, ulong), ExploredCore> _known;
    private readonly Dictionary<ulong, ExploredCore> _next = [];

    private ExploredCore(
        ReplicaSettings settings, IKeyring keyring, Dictionary<(ulong, bool, ulong, ulong), ExploredCore> known,
        ExploredCore? before, ExploredMessage? given) =>
        (_settings, _keyring, _known, _before, _given) = (settings, keyring, known, before, given);

    /// <summary>Its state.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>What it has sent so far, and to which replicas.</summary>
    public IReadOnlyList<(ReplicaId To, ExploredMessage Message)> Sent { get; private set; } = [];

    /// <summary>What it was given.</summary>
    public HashSet<ulong> Received { get; private init; } = [];

    /// <summary>The batches it executed, in order.</summary>
    public IReadOnlyList<string> Executed { get; private set; } = [];

    public bool HasTimedOut { get; private init; }

    public static ExploredCore Start(ReplicaSettings settings, IKeyring keyring)
    {
        ExploredCore core = new(settings, keyring, [], null, null);
        core.Run();
        return core;
    }

    public ExploredCore Give(ExploredMessage message) =>
        Next(
            message.Hash,
            () => new ExploredCore(_settings, _keyring, _known, this, message)
            {
                Received = [.. Received, message.Hash],
                HasTimedOut = HasTimedOut,
            });

    /// <summary>So much time passes that it suspects the leader if it has any reason to.</summary>
    public ExploredCore TimeOut() =>
        Next(
            0,
            () => new ExploredCore(_settings, _keyring, _known, this, null)
            {
                Received = Received,
                HasTimedOut = true,
            });

    /// <summary>
    /// What a step leads to is found out once, however many states of the whole hold this core; and ways that lead to
    /// the same - state, what was received and what was sent - go on as one, as nothing that comes later can tell them
    /// apart.
    /// </summary>
    private ExploredCore Next(ulong step, Func<ExploredCore> make)
    {
        if (_next.TryGetValue(step, out ExploredCore? next)) return next;
        next = make();
        next.Run();
        (ulong, bool, ulong, ulong) key = (
            next.Fingerprint, next.HasTimedOut, Sum(next.Received),
            Sum(next.Sent.Select(static s => s.Message.Hash * (ulong)(s.To.Value + 1))));
        if (_known.TryGetValue(key, out ExploredCore? same)) next = same;
        else _known.Add(key, next);
        return _next[step] = next;
    }

    private static ulong Sum(IEnumerable<ulong> hashes)
    {
        ulong sum = 0; // a set: the order does not matter
        foreach (ulong hash in hashes) sum += hash * 0x9E3779B97F4A7C15;
        return sum;
    }

    /// <summary>A core cannot be copied, and need not be: it is made anew, and given the same again.</summary>
    private void Run()
    {
        List<ExploredCore> path = [];
        for (ExploredCore? at = this; at._before is not null; at = at._before) path.Add(at);
        path.Reverse();
        IReplicaCore core = ReplicaCore.Create(_settings, _keyring, RecoveredState.None, ModSmartProtocol.Instance);
        ServiceHost executor = new(new RegisterService(), _settings.ReplyBytesMax, _settings.Rights);
        RunningCore run = new(core, executor, _settings);
        run.Take(effects => core.Start(Now(0), effects));
        long late = 0;
        foreach (ExploredCore step in path)
        {
            if (step._given is { } given)
            {
                run.Take(effects => core.Step(new PeerInput(given.From, given.Message), Now(late), effects));
                continue;
            }
            // Two ticks: the first is its time to renew wishes, the second comes a timeout later.
            late += 3 * _settings.RequestTimeoutMicros;
            run.Take(effects => core.Step(TickInput.Instance, Now(late), effects));
        }
        Fingerprint = CoreFingerprint.Of(core);
        (Sent, Executed) = (run.Sent, run.Executed);
    }

    private static ClockReading Now(long late) => new(1_000_000 + late, EpochMicros + late);

    /// <summary>Carries out effects at once; keeps what is sent of the messages that matter to agreement.</summary>
    private sealed class RunningCore(IReplicaCore core, ServiceHost executor, ReplicaSettings settings)
    {
        private readonly EffectBuffer _effects = new();
        private readonly List<(ReplicaId, ExploredMessage)> _sent = [];
        private readonly HashSet<(int, ulong)> _known = [];
        private readonly List<string> _executed = [];

        public IReadOnlyList<(ReplicaId, ExploredMessage)> Sent => _sent;
        public IReadOnlyList<string> Executed => _executed;

        public void Take(Action<EffectBuffer> step)
        {
            step(_effects);
            Effect[] effects = [.. _effects.Effects];
            _effects.Clear();
            foreach (Effect effect in effects)
            {
                switch (effect)
                {
                    case SendEffect e:
                        Keep(e.To, e.Message);
                        break;
                    case BroadcastEffect e:
                        for (int i = 0; i < settings.Quorums.Replicas; i++) Keep(new ReplicaId(i), e.Message);
                        break;
                    case ExecuteEffect e:
                        IEnumerable<string> commands = e.Commands.Select(static c => Wording.Of(c.Digest));
                        _executed.Add($"{e.Instance} [{string.Join(' ', commands)}] {e.AgreedTimeMicros}");
                        ExecutedInput executed = executor.Execute(e);
                        Take(more => core.Step(executed, Now(0), more));
                        break;
                }
            }
        }

        private void Keep(ReplicaId to, PeerMessage message)
        {
            if (to == settings.Self || message is not (Propose or Write or Accept or Stop or StopData or Sync
                or FetchBatch or BatchBody)) return;
            ExploredMessage sent = ExploredMessage.Create(settings.Self, message);
            if (_known.Add((to.Value, sent.Hash))) _sent.Add((to, sent));
        }
    }
}
