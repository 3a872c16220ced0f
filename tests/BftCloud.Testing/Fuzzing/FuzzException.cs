namespace BftCloud.Testing.Fuzzing;

/// <summary>A decoder broke a promise. The message says which, with what input, and how to see it again.</summary>
internal sealed class FuzzException(string message) : Exception(message);
