using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Watches what correct replicas execute, and holds it against one history that never forgets what a replica may lose.
/// It checks agreement (the same commands with the same context at each instance, executed in order) and validity (only
/// what its client issued and has the right to). It checks exactly once and first in, first out per session,
/// determinism of the service, and equal checkpoint roots.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly World _world;
    private readonly Func<IStateMachine> _service;
    private readonly int _replyBytesMax;
    private readonly RightsTable _rights;
    private readonly ServiceHost _reference;
    private readonly List<ExecutedInstance> _history = [];
    private readonly Instance[] _positions;
    private readonly Dictionary<SessionId, ulong> _executed = [];
    private readonly Dictionary<(SessionId, ulong), (long Instance, int Index)> _places = [];
    private readonly HashSet<Digest> _issued = [];
    private readonly HashSet<int> _correctClients = [];
    private readonly Dictionary<long, Digest> _roots = [];
    private readonly Digest _initialState;
    private readonly HashSet<Instance> _thrown = [];
    private long _lastAgreedMicros;

    public HistoryChecker(
        World world, int replicas, Func<IStateMachine> service, int replyBytesMax, RightsTable rights)
    {
        _world = world;
        (_service, _replyBytesMax, _rights) = (service, replyBytesMax, rights);
        _positions = new Instance[replicas];
        _reference = new ServiceHost(service(), replyBytesMax, rights);
        _initialState = _reference.StateDigest();
    }

    /// <summary>The last instance that any correct replica executed.</summary>
    public Instance Last => new(_history.Count);

    public IReadOnlyList<ExecutedInstance> History => _history;

    /// <summary>Commands executed in all.</summary>
    public long Commands { get; private set; }

    /// <summary>From now on, only what this client issues may be executed in its name.</summary>
    public void AddCorrectClient(ClientId client) => _correctClients.Add(client.Value);

    /// <summary>A correct client made this request.</summary>
    public void Issued(Request request) => _issued.Add(request.Digest);

    /// <summary>Where a request was executed.</summary>
    public bool TryFind(SessionId session, ulong sequence, out (long Instance, int Index) place) =>
        _places.TryGetValue((session, sequence), out place);

    /// <summary>What came out at a place.</summary>
    public Outcome OutcomeAt((long Instance, int Index) place) =>
        _history[(int)place.Instance - 1].Outcomes[place.Index];

    /// <summary>The state after an instance.</summary>
    public Digest StateAfter(Instance instance) =>
        instance == Instance.Zero ? _initialState : _history[(int)instance.Value - 1].StateAfter;

    /// <summary>A correct replica executed an instance.</summary>
    public void Executed(ReplicaId replica, ExecuteEffect effect, ExecutedInput executed, Digest stateAfter)
    {
        Instance expected = _positions[replica.Value].Next;
        if (effect.Instance != expected)
        {
            _world.Violate("total order", $"{replica} executed {effect.Instance} where {expected} was next.");
            return;
        }
        _positions[replica.Value] = effect.Instance;
        if (effect.Instance > Last && !TryAppend(effect, out _)) return;
        ExecutedInstance known = _history[(int)effect.Instance.Value - 1];
        if (known.DifferenceTo(effect) is { } difference)
            _world.Violate(
                "agreement",
                $"{replica} executed something else at {effect.Instance} than another correct replica: {difference}.");
        else if (known.DifferenceTo(executed.Outcomes) is { } outcome)
            _world.Violate(
                "determinism",
                $"at {replica} {outcome} differs at {effect.Instance}: the service is not deterministic. "
                + WhereItDiverges());
        else if (known.StateAfter != stateAfter)
            _world.Violate(
                "determinism",
                $"the state of {replica} after {effect.Instance} differs: the service is not deterministic, or its "
                + $"state was damaged. {WhereItDiverges()}");
    }

    /// <summary>
    /// A service threw on the instance that a replica executes next, and the replica stops. That may happen once, as
    /// when memory runs out. A service that throws there again, anywhere, is not deterministic or is broken.
    /// </summary>
    public bool MayThrow(IReplicaCore? core)
    {
        _world.Events.Count("service threw");
        return core is not null && _thrown.Add(core.Status().LastExecuted);
    }

    private string WhereItDiverges() =>
        DeterminismProbe.Explain(_service, _history.Select(static e => e.Effect), _replyBytesMax, _rights);

    /// <summary>A correct replica starts from a checkpoint: its own after a restart, or one it fetched.</summary>
    public void Restored(ReplicaId replica, Instance checkpoint, Digest state)
    {
        _positions[replica.Value] = checkpoint;
        if (checkpoint > Last)
            _world.Violate(
                "agreement", $"{replica} installed a state of {checkpoint}, which no correct replica has reached.");
        else if (StateAfter(checkpoint) != state)
            _world.Violate(
                "checkpoint", $"{replica} installed a state of {checkpoint} that is not the one all reached there.");
    }

    /// <summary>Whether a correct replica took this checkpoint.</summary>
    public bool IsRoot(Instance instance, Digest root) =>
        _roots.TryGetValue(instance.Value, out Digest known) && known == root;

    /// <summary>A correct replica took a checkpoint.</summary>
    public void CheckpointTaken(ReplicaId replica, Instance instance, Digest root)
    {
        if (_roots.TryAdd(instance.Value, root) || _roots[instance.Value] == root) return;
        _world.Violate(
            "checkpoint",
            $"{replica} took a checkpoint of {instance} with another root than a correct replica before it.");
    }

    private bool TryAppend(ExecuteEffect effect, [NotNullWhen(true)] out ExecutedInstance? appended)
    {
        appended = null;
        for (int i = 0; i < effect.Commands.Count; i++)
        {
            Request request = effect.Commands[i];
            if (!CheckRequest(request, effect.Instance)) return false;
            _places[(request.Session, request.Sequence)] = (effect.Instance.Value, i);
            Commands++;
        }
        if (effect.Commands.Count > 0)
        {
            if (effect.AgreedTimeMicros <= _lastAgreedMicros)
            {
                _world.Violate(
                    "agreed time",
                    $"{effect.Instance} has {effect.AgreedTimeMicros}, which is not after {_lastAgreedMicros} of an "
                    + "earlier one.");
                return false;
            }
            _lastAgreedMicros = effect.AgreedTimeMicros;
        }
        ExecutedInput executed = _reference.Execute(effect);
        appended = new ExecutedInstance(effect, executed.Outcomes, _reference.StateDigest());
        _history.Add(appended);
        return true;
    }

    private bool IsPermitted(Request request) => request.Kind switch
    {
        RequestKind.Command => _rights.Has(request.Session.Client, ClientRights.Write),
        RequestKind.OrderedQuery => _rights.Has(request.Session.Client, ClientRights.Read),
        _ => true,
    };

    private bool CheckRequest(Request request, Instance instance)
    {
        string name = $"{request.Session}/{request.Sequence} at {instance}";
        if (_correctClients.Contains(request.Session.Client.Value) && !_issued.Contains(request.Digest))
        {
            _world.Violate("validity", $"{name} was executed, but its client never issued it.");
            return false;
        }
        if (!IsPermitted(request))
        {
            _world.Violate("rights", $"{name} ({request.Kind}) was executed, but its client has no right to it.");
            return false;
        }
        ulong last = _executed.GetValueOrDefault(request.Session);
        if (request.Sequence <= last)
        {
            _world.Violate("exactly once", $"{name} was executed again; the session had reached {last}.");
            return false;
        }
        if (request.Sequence != last + 1 || (last == 0 && request.Kind != RequestKind.Open))
        {
            _world.Violate("session order", $"{name} ({request.Kind}) was executed; the session had reached {last}.");
            return false;
        }
        _executed[request.Session] = request.Sequence;
        return true;
    }
}
