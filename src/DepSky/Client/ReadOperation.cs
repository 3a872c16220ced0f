using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Reads a range of a version: hosts the <see cref="ReadCore"/>, decodes segments as they come, and hands them out in
/// order. Memory is bounded by the segments under way.
/// </summary>
internal sealed class ReadOperation(ClientContext context, UnitLayout layout)
{
    /// <summary>What is read; set before the first bytes are handed out.</summary>
    public ObjectDescription? Description { get; private set; }

    /// <summary>What is known of the last version; null if there is none, or the unit was removed.</summary>
    public async Task<(ObjectMetadata? Metadata, IReadOnlyList<CloudProblem> Problems)> StatAsync(
        CancellationToken cancellationToken, KnownListings? known = null)
    {
        ReadCore core = NewCore(Request(0, 0, withContent: false));
        await context.RunAsync(core, cancellationToken, known).ConfigureAwait(false);
        return (core.Metadata, core.Problems);
    }

    /// <summary>The bytes of the range. Each piece is valid until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RunAsync(
        long offsetBytes, long lengthBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReadRequest request = Request(offsetBytes, lengthBytes, withContent: true);
        ReadCore core = NewCore(request);
        SegmentPool pool = context.Pool;
        CoreHost host = new(core, context.Caller, static cloud => cloud, context.Services)
        {
            RentForFetch = call => (pool = PoolFor(core.Metadata!, pool)).Rent(call.BlockBytes),
        };
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<Task<SegmentBuffer>> decoded = Channel.CreateUnbounded<Task<SegmentBuffer>>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        SegmentCipher? cipher = null;
        void Perform(Effect effect)
        {
            if (effect is not SegmentFetchedEffect { Segment: int segment, Blocks: ushort blocks }) return;
            SegmentCipher opened = cipher ??= OpenCipher(core);
            SegmentBuffer buffer = host.RemoveBuffer(segment);
            int contentBytes = core.Metadata!.ContentBytes(segment);
            Description ??= context.Describe(core.Metadata!, core.Problems);
            decoded.Writer.TryWrite(Task.Run(() => opened.Decode(segment, buffer, blocks, contentBytes, pool)));
        }
        Task hosting = HostAsync(host, core, Perform, decoded.Writer, ended.Token);
        int next = -1;
        try
        {
            IAsyncEnumerable<Task<SegmentBuffer>> inOrder = decoded.Reader.ReadAllAsync(CancellationToken.None);
            await foreach (Task<SegmentBuffer> decoding in inOrder.ConfigureAwait(false))
            {
                SegmentBuffer buffer = await decoding.ConfigureAwait(false);
                try
                {
                    ObjectMetadata metadata = core.Metadata!;
                    if (next < 0) next = request.Segments(metadata).First;
                    Memory<byte> segment = buffer.Memory[..metadata.ContentBytes(next)];
                    ReadOnlyMemory<byte> piece =
                        Cut(segment, (long)next * metadata.SegmentBytes, offsetBytes, lengthBytes);
                    next++;
                    if (piece.Length > 0) yield return piece;
                }
                finally
                {
                    buffer.Release();
                }
                host.Post(SegmentTakenInput.Instance);
            }
            await hosting.ConfigureAwait(false);
            Description = context.Describe(core.Metadata!, core.Problems);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await hosting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync(decoded.Reader).ConfigureAwait(false);
            cipher?.Dispose();
            foreach (ReadLease lease in core.Leases) context.DeleteLater(lease.Name(layout));
        }
    }

    private ReadCore NewCore(ReadRequest request) =>
        new(request, context.Services.Statistics.Order(), context.CallTimeoutMicros);

    private async Task HostAsync(
        CoreHost host, ReadCore core, Action<Effect> perform, ChannelWriter<Task<SegmentBuffer>> decoded,
        CancellationToken cancellationToken)
    {
        try
        {
            await using (host.ConfigureAwait(false))
                await host.RunAsync(perform, cancellationToken).ConfigureAwait(false);
            if (core.Failure is not null) throw context.Error(core.Failure);
            if (core.Metadata is { IsDeleted: false }) return;
            string removed = core.Metadata is null ? "" : ": it was removed";
            throw new UnitNotFoundException(
                $"There is no unit '{layout.Unit}'{removed}. 'ls' names those that there are.");
        }
        finally
        {
            decoded.Complete();
        }
    }

    /// <summary>Gives back the buffers of segments that were not handed out.</summary>
    private static async Task ReleaseAsync(ChannelReader<Task<SegmentBuffer>> decoded)
    {
        while (decoded.TryRead(out Task<SegmentBuffer>? left))
        {
            await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (left.IsCompletedSuccessfully) (await left.ConfigureAwait(false)).Release();
        }
    }

    private SegmentCipher OpenCipher(ReadCore core)
    {
        ObjectMetadata metadata = core.Metadata!;
        byte[] key = [];
        if (metadata.Protection == DataProtection.Confidential)
        {
            if (metadata.NeedsReaderKey && context.Options.ReaderKey is null)
            {
                throw new DepSkyException(
                    $"Unit '{layout.Unit}' was written with a reader key, and this client has none. "
                    + "Give it the key file that belongs to the unit.");
            }
            Invariant.Holds(core.Shares is not null, "segments are handed over only after the key");
            key = VersionKey.Combine(
                metadata.Quorums, metadata.NeedsReaderKey ? context.Options.ReaderKey : null, core.Shares);
        }
        SegmentCipher cipher = new(metadata.Protection, metadata.Quorums, metadata.Unit, metadata.Data.Attempt, key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>
    /// The client's own memory, unless the version was written with longer segments than fit into it.
    /// </summary>
    private SegmentPool PoolFor(ObjectMetadata metadata, SegmentPool current)
    {
        int bytes = SegmentCipher.BufferBytes(metadata.Protection, metadata.Quorums, metadata.ContentBytes(0));
        return bytes <= current.Bytes ? current : new SegmentPool(bytes, context.Options.SegmentsAhead + 1);
    }

    private ReadRequest Request(long offsetBytes, long lengthBytes, bool withContent) => new()
    {
        Layout = layout,
        Quorums = context.Quorums,
        Writer = context.Options.WriterPublicKey,
        WithContent = withContent,
        OffsetBytes = offsetBytes,
        LengthBytes = lengthBytes,
        SegmentsAhead = context.Options.SegmentsAhead,
        RetentionMicros = (long)context.Options.Retention.TotalMicroseconds,
        Reader = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16)),
    };

    private static ReadOnlyMemory<byte> Cut(
        Memory<byte> segment, long segmentOffset, long offsetBytes, long lengthBytes)
    {
        long endOfRange = lengthBytes > long.MaxValue - offsetBytes ? long.MaxValue : offsetBytes + lengthBytes;
        long start = Math.Max(0, offsetBytes - segmentOffset);
        long end = Math.Min(segment.Length, endOfRange - segmentOffset);
        return start < end ? segment[(int)start..(int)end] : default;
    }
}
