namespace BftCloud.Primitives;

/// <summary>
/// The replica found its own state to be impossible and stopped. This is a bug, or more than f faults: keep the data
/// directory and report it.
/// </summary>
public sealed class InvariantViolationException(string message) : Exception(message);
