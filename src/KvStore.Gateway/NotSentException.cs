namespace KvStore.Gateway;

/// <summary>The gateway stopped before it sent the operation, which therefore never executes.</summary>
internal sealed class NotSentException() : Exception("the gateway is stopping; the operation was not sent");
