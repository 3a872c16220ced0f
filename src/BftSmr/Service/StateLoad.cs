using BftSmr.Runs;

namespace BftSmr.Service;

/// <summary>
/// Takes all records of a state: keeps the replica's own, and gives the service the others. The service has no state
/// between the first of them and the end.
/// </summary>
internal sealed class StateLoad(IStateLoader service) : IDisposable
{
    private readonly List<StateRecord> _own = [];

    /// <summary>Takes the record that a state's runs, merged to the end, show.</summary>
    /// <exception cref="StateMachineException">The service threw, or this is no record of a replica.</exception>
    public void Put(RunMerge state)
    {
        ReadOnlySpan<byte> key = state.Key;
        if (key.Length == 0 || key[0] > FrozenState.ServiceTag)
            throw new StateMachineException("loading a state", new InvalidDataException(
                $"The record 0x{Convert.ToHexStringLower(key)} is neither the replica's nor the service's."));
        if (key[0] == FrozenState.OwnTag)
        {
            _own.Add(new StateRecord(key[1..].ToArray(), state.Value.ToArray()));
            return;
        }
        try
        {
            service.Put(key[1..], state.Value);
        }
        catch (Exception e)
        {
            throw new StateMachineException("loading a record of a state", e);
        }
    }

    /// <summary>All were given: they are the state.</summary>
    /// <returns>The replica's own records.</returns>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public IReadOnlyList<StateRecord> Commit()
    {
        try
        {
            service.Commit();
        }
        catch (Exception e)
        {
            throw new StateMachineException("making a loaded state its own", e);
        }
        return _own;
    }

    public void Dispose() => service.Dispose();
}
