using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>
/// Reads without ordering as long as that cannot show what has expired. Agreed time goes on only with ordered
/// operations, so in an idle cluster an unordered read would show entries long after their time. Each answer says when
/// the first entry it rests on expires; when the clock here says that this has come, the read is ordered, and judged by
/// the time agreed then.
/// </summary>
internal sealed class ReadService(IReplicatedService service, TimeProvider clock)
{
    /// <summary>The reply to an operation that only reads.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        ReadOnlyMemory<byte> operation, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> answer = await service.QueryAsync(operation, cancellationToken).ConfigureAwait(false);
        if (TryTakeFresh(answer, out ReadOnlyMemory<byte> reply)) return reply;
        return await service.InvokeAsync(operation, cancellationToken).ConfigureAwait(false);
    }

    private bool TryTakeFresh(ReadOnlyMemory<byte> answer, out ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = new(answer);
        bool fresh = reader.TryReadNil() || reader.TryReadInteger(out long expiryMicros) && expiryMicros > NowMicros();
        reply = reader.Rest;
        return fresh;
    }

    private long NowMicros() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
