using BftCloud.Simulation;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Checking;

/// <summary>One register of <see cref="RegisterService"/>, used by one client at a time.</summary>
internal sealed class RegisterModel : ISequentialModel<(RegisterOperation Operation, long? Answer)>
{
    public long InitialState => 0;

    public bool TryStep(long state, in (RegisterOperation Operation, long? Answer) operation, out long after)
    {
        (after, long answer) = operation.Operation.ApplyTo(state);
        return operation.Answer is not { } seen || seen == answer;
    }
}
