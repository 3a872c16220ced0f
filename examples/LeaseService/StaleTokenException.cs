namespace LeaseService;

/// <summary>The guarded storage refuses a token that is older than one it has seen.</summary>
internal sealed class StaleTokenException(string message) : Exception(message);
