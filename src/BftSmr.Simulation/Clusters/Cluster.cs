using BftSmr.Simulation.Clusters;
using BftSmr.Simulation.Options;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation;

/// <summary>Runs whole clusters in virtual time.</summary>
public static class Cluster
{
    /// <summary>
    /// Simulates a cluster that replicates the built-in registers, whose histories can be checked without believing any
    /// replica.
    /// </summary>
    /// <exception cref="ArgumentException">Something in the options is out of bounds; the message says what, and what
    /// it may be.</exception>
    public static SimulationReport Simulate(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SimulationBounds.Check(options);
        return new ClusterSimulation(
            options, static () => new RegisterService(), new RegisterWorkload(options.QueryShare),
            registers: true).Run();
    }

    /// <summary>Simulates a cluster that replicates a service of yours.</summary>
    /// <param name="options">What to simulate.</param>
    /// <param name="service">Makes a fresh instance of the service; called for every start of every replica, and for
    /// the checkers.</param>
    /// <param name="workload">What clients ask of it.</param>
    /// <exception cref="ArgumentException">Something in the options is out of bounds; the message says what, and what
    /// it may be.</exception>
    public static SimulationReport Simulate(SimulationOptions options, Func<IStateMachine> service, IWorkload workload)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(workload);
        SimulationBounds.Check(options);
        return new ClusterSimulation(options, service, workload, registers: false).Run();
    }
}
