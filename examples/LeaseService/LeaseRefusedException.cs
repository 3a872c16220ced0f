namespace LeaseService;

/// <summary>The service refuses an operation, and changed nothing. The message says why.</summary>
internal sealed class LeaseRefusedException(string message) : Exception(message);
