using BftSmr;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary>A service that simulated clusters can run in place of the built-in registers.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Create">Makes a new, empty instance of it.</param>
/// <param name="Workload">Makes what simulated clients ask of it.</param>
internal sealed record SimulatedService(string Name, Func<IStateMachine> Create, Func<IWorkload> Workload);
