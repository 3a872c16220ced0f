using System.Buffers.Binary;
using BftSmr;

namespace BftCloud.Features.Counter;

/// <summary>The replicated counter, as a client uses it.</summary>
/// <param name="client">The connection, which stays the caller's to dispose.</param>
internal sealed class CounterClient(BftClient client)
{
    /// <summary>A command that adds a number.</summary>
    public static byte[] Addition(long number)
    {
        byte[] command = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(command, number);
        return command;
    }

    /// <summary>Adds to the counter, which wraps around. Returns the sum.</summary>
    public async Task<long> AddAsync(long number, CancellationToken cancellationToken = default) =>
        NumberIn(await client.InvokeAsync(Addition(number), cancellationToken).ConfigureAwait(false));

    /// <summary>The counter as it stands, by an unordered read.</summary>
    public async Task<long> GetAsync(CancellationToken cancellationToken = default) =>
        NumberIn(await client.QueryAsync(default, cancellationToken).ConfigureAwait(false));

    private static long NumberIn(ReadOnlyMemory<byte> reply) => BinaryPrimitives.ReadInt64BigEndian(reply.Span);
}
