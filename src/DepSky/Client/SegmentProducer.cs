using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Reads content and encodes it, segment by segment, ahead of what is being stored, as far as there is room; encoding a
/// segment overlaps reading the next. The core gets them in order.
/// </summary>
internal sealed class SegmentProducer(
    ClientContext context, SegmentCipher cipher, UploadTicket? ticket, CoreHost host, SemaphoreSlim room)
{
    /// <summary>Reads to the end.</summary>
    /// <returns>The content's length.</returns>
    public async Task<long> RunAsync(Stream content, CancellationToken cancellationToken)
    {
        int segmentBytes = context.Options.SegmentBytes;
        long sizeBytes = 0;
        Task adding = Task.CompletedTask;
        try
        {
            for (int segment = 0; ; segment++)
            {
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
                SegmentBuffer buffer = context.Pool.Rent(0);
                try
                {
                    Memory<byte> place = buffer.Memory[..segmentBytes];
                    int read = await content.ReadAtLeastAsync(
                        place, segmentBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    // An empty object still has a segment: what is stored of it is as authentic as of any other.
                    if (read == 0 && segment > 0) break;
                    sizeBytes += read;
                    if (ticket is not null && ticket.Stored.TryGetValue(segment, out SegmentDigests stored))
                        adding = SkipAsync(adding, stored);
                    else
                    {
                        if (ticket is not null) Begin(ticket, segment, place.Span[..read]);
                        buffer.AddReference();
                        adding = AddAsync(adding, segment, buffer, read);
                    }
                    if (read < segmentBytes) break;
                }
                finally
                {
                    buffer.Release();
                }
            }
            await adding.ConfigureAwait(false);
            return sizeBytes;
        }
        finally
        {
            // Nothing uses the key after this.
            await adding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Before it is encrypted, it is on record what is.</summary>
    private static void Begin(UploadTicket ticket, int segment, ReadOnlySpan<byte> content)
    {
        Digest digest = BlockDigest.Of(content);
        if (ticket.Begun.TryGetValue(segment, out Digest before) && before != digest)
            throw new DepSkyException("The content has changed while it was read. Put it again.");
        ticket.Begin(segment, digest);
    }

    private async Task AddAsync(Task before, int segment, SegmentBuffer buffer, int contentBytes)
    {
        try
        {
            int blocksNeeded = context.Quorums.BlocksNeeded(context.Options.Protection);
            buffer.SetBlockBytes(SegmentShape.BlockBytes(context.Options.Protection, blocksNeeded, contentBytes));
            Digest[] digests = await Task.Run(() => cipher.Encode(segment, buffer, contentBytes)).ConfigureAwait(false);
            await before.ConfigureAwait(false);
            buffer.AddReference();
            host.AddBuffer(segment, buffer);
            host.Post(new SegmentEncodedInput(digests));
        }
        finally
        {
            buffer.Release();
        }
    }

    private async Task SkipAsync(Task before, SegmentDigests stored)
    {
        await before.ConfigureAwait(false);
        host.Post(new SegmentResumedInput(stored));
        room.Release();
    }
}
