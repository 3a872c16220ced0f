namespace KvStore.Gateway;

/// <summary>How the wait of a blocked client ended. The default: its time ran out.</summary>
/// <param name="Reply">The store's reply, which may be an error; empty if there is none.</param>
/// <param name="Error">The gateway's own error, or null.</param>
internal readonly record struct BlockedOutcome(ReadOnlyMemory<byte> Reply, string? Error)
{
    public static BlockedOutcome OfError(string error) => new(default, error);
}
