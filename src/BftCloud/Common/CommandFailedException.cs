namespace BftCloud.Common;

/// <summary>
/// A command could not do what it was asked. The message, shown to the user as it is, says what was wrong and what to
/// do.
/// </summary>
internal sealed class CommandFailedException(string message, Exception? cause = null) : Exception(message, cause);
