namespace BftSmr.Simulation;

/// <summary>An attack that a search tried.</summary>
/// <param name="Attempt">Its number in the search.</param>
/// <param name="Rule">What was done.</param>
/// <param name="Options">The simulation with it, to be played again.</param>
/// <param name="Row">How correct clients fared.</param>
public sealed record FoundAttack(int Attempt, Interference Rule, SimulationOptions Options, FloorRow Row);
