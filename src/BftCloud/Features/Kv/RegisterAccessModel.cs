using BftCloud.Simulation;

namespace BftCloud.Features.Kv;

/// <summary>A key as a register: a get returns what was put last.</summary>
internal sealed class RegisterAccessModel : ISequentialModel<RegisterAccess>
{
    public long InitialState => 0;

    public bool TryStep(long state, in RegisterAccess operation, out long after)
    {
        after = operation.IsPut ? operation.Value : state;
        return operation.IsPut || operation.Value == state;
    }
}
