using BftCloud.Simulation;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Checks the histories of <see cref="RegisterService"/> for linearizability without believing anything that replicas
/// say: each register on its own, as linearizability composes.
/// </summary>
internal static class RegisterChecker
{
    private const int ConfigurationsMax = 50_000;

    /// <returns>Registers whose search was given up at its bound.</returns>
    public static int Check(World world, IReadOnlyList<RecordedOperation> operations)
    {
        int unknown = 0;
        RegisterModel model = new();
        List<HistoryEvent<(RegisterOperation Operation, long? Answer)>>[] histories =
            new List<HistoryEvent<(RegisterOperation, long?)>>[RegisterService.CorrectRegisters];
        for (int i = 0; i < histories.Length; i++) histories[i] = [];
        foreach (RecordedOperation operation in operations)
        {
            RegisterOperation decoded = RegisterOperation.Decode(operation.Bytes.Span);
            if (!operation.IsCompleted && operation.IsQuery) continue; // no client saw it, and it changes nothing
            if (operation.Failed) continue;
            long? answer = operation.Result is { } result ? RegisterService.AnswerIn(result.Span) : null;
            histories[decoded.Register].Add(new((decoded, answer), operation.InvokedMicros, operation.CompletedMicros));
        }
        for (int register = 0; register < histories.Length; register++)
        {
            switch (LinearizabilityChecker.Check(model, histories[register], ConfigurationsMax))
            {
                case Linearizability.No:
                    world.Violate(
                        "linearizability",
                        $"no order of the {histories[register].Count} operations on register {register} explains what "
                        + "their clients saw.");
                    return unknown;
                case Linearizability.Unknown:
                    unknown++;
                    break;
            }
        }
        return unknown;
    }
}
