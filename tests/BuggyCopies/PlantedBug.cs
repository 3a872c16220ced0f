namespace BuggyCopies;

/// <summary>A defence taken out of a copy of a project, and the run that notices.</summary>
/// <param name="Name">What is wrong with the copy.</param>
/// <param name="File">The source file, below the folder that is compiled.</param>
/// <param name="Find">Text that occurs in it exactly once.</param>
/// <param name="Replace">What takes its place.</param>
/// <param name="Run">The run in which it is caught.</param>
/// <param name="SeedsMax">It is caught by one of so many seeds.</param>
internal sealed record PlantedBug(string Name, string File, string Find, string Replace, string Run, int SeedsMax = 4);
