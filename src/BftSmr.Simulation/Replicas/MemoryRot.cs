using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Service;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// A bit of the state of one replica turned. What that leads to is no finding, until the replica has loaded another
/// state, or has taken a checkpoint since that is the one of the others, in their state: a command may have put right
/// what was wrong.
/// </summary>
internal sealed class MemoryRot
{
    private readonly ReplicaId _self;
    private readonly IRottingService? _service;
    private readonly ServiceHost _host;
    private readonly HistoryChecker _history;
    private Instance _began, _executed;

    /// <param name="self">Whose.</param>
    /// <param name="service">Its service.</param>
    /// <param name="host">That service's host.</param>
    /// <param name="history">What the others know.</param>
    /// <param name="before">What it was before a restart, which may have kept checkpoints of the wrong state.</param>
    public MemoryRot(
        ReplicaId self, IStateMachine service, ServiceHost host, HistoryChecker history, MemoryRot? before)
    {
        (_self, _service, _host, _history) = (self, service as IRottingService, host, history);
        if (before is { IsOver: false }) (IsOver, _began) = (false, before._began);
    }

    public bool IsOver { get; private set; } = true;

    public bool TryBegin(int place, Instance executed)
    {
        if (_service?.TryRot(place) != true) return false;
        (IsOver, _began) = (false, executed);
        return true;
    }

    /// <summary>Tells what was executed. False if that is of a state that may be wrong.</summary>
    public bool TryExecuted(ExecuteEffect effect, ExecutedInput executed)
    {
        _executed = effect.Instance;
        if (IsOver) _history.Executed(_self, effect, executed, _host.StateDigest());
        return IsOver;
    }

    /// <summary>Tells of a checkpoint that was taken, of a state that is right.</summary>
    public void CheckpointTaken(Instance instance, Digest root)
    {
        if (IsOver)
        {
            _history.CheckpointTaken(_self, instance, root);
            return;
        }
        if (instance <= _began || _executed > _history.Last || !_history.IsRoot(instance, root)
            || _host.StateDigest() != _history.StateAfter(_executed)) return;
        IsOver = true;
        _history.Restored(_self, _executed, _host.StateDigest());
    }

    /// <summary>Another state was loaded.</summary>
    public void Installed(Instance instance, Digest state)
    {
        IsOver = true;
        _history.Restored(_self, instance, state);
    }
}
