namespace BftCloud.Links;

/// <summary>A socket, by the number it was given, and what it is ready for.</summary>
internal readonly record struct ReadySocket(long Id, Readiness Readiness);
