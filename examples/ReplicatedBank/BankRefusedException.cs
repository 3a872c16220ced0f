namespace ReplicatedBank;

/// <summary>The bank refuses an operation, and changed nothing. The message says why.</summary>
internal sealed class BankRefusedException(string message) : Exception(message);
