namespace DepSky;

/// <summary>An object in a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">How long it is, in bytes.</param>
public readonly record struct CloudEntry(string Name, long SizeBytes);
