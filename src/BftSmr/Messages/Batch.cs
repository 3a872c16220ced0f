using BftCloud.Primitives;

namespace BftSmr.Messages;

/// <summary>
/// The value that an instance decides: requests with the leader's timestamp and seed, in their canonical encoding.
/// </summary>
internal sealed class Batch
{
    public required long TimestampMicros { get; init; }
    public required ulong Seed { get; init; }
    public required IReadOnlyList<Request> Requests { get; init; }

    /// <summary>The canonical bytes; what is proposed, logged and fetched.</summary>
    public required ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>The value that is voted on: it binds every byte of <see cref="Encoded"/>.</summary>
    public required Digest Digest { get; init; }
}
