using BftCloud.Simulation;

namespace BftSmr.Simulation.Workload;

/// <summary>
/// Puts, adds, compares-and-sets and reads registers, mostly the first few, so that clients get in each other's way.
/// </summary>
/// <param name="queryShare">Share of unordered reads.</param>
internal sealed class RegisterWorkload(double queryShare) : IWorkload
{
    public WorkloadOperation Next(SimulationRandom random, int client, int index)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte register = (byte)(random.Chance(0.7) ? random.Next(2) : random.Next(RegisterService.CorrectRegisters));
        byte padding = (byte)(random.Chance(0.2) ? random.Next(200) : 0);
        long value = 1_000_000L * (client + 1) + index; // unlike any other, so that a read tells its writer
        if (random.Chance(queryShare))
            return new WorkloadOperation(
                new RegisterOperation(RegisterKind.Get, register, 0, 0, padding).Encode(), IsQuery: true);
        RegisterOperation operation = random.Next(10) switch
        {
            < 5 => new RegisterOperation(RegisterKind.Put, register, value, 0, padding),
            < 7 => new RegisterOperation(RegisterKind.Add, register, 1 + random.Next(3), 0, padding),
            < 9 =>
                new RegisterOperation(
                    RegisterKind.CompareAndSet, register, value,
                    random.Chance(0.5) ? 0 : 1_000_000L * (1 + random.Next(3)) + random.Next(20), padding),
            _ => new RegisterOperation(RegisterKind.Get, register, 0, 0, padding),
        };
        return new WorkloadOperation(operation.Encode(), IsQuery: false);
    }
}
