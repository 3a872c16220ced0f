using System.Buffers.Binary;
using System.Security.Cryptography;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Writes one version: hosts the <see cref="WriteCore"/>, and feeds it what the <see cref="SegmentProducer"/> encodes.
/// Memory is bounded by the segments under way.
/// </summary>
internal sealed class WriteOperation(ClientContext context, UnitLayout layout, KeyPair writer, PutOptions options)
{
    /// <summary>Whether there are other versions, or rests of them.</summary>
    public bool FoundOthers { get; private set; }

    /// <summary>
    /// Resumes an upload that was interrupted, if there is one of this content and nothing was written since; else
    /// begins one that can be resumed.
    /// </summary>
    public async Task<ObjectDescription> RunResumableAsync(Stream content, CancellationToken cancellationToken)
    {
        if (!content.CanSeek)
            throw new ArgumentException("Only content that can be sought in can be resumed.", nameof(content));
        long start = content.Position;
        string path = options.ResumeFile!;
        string parameters = UploadTicket.Parameters(layout, NewRequest(isRemoval: false, null));
        using (UploadTicket? ticket = UploadTicket.Open(path, parameters, context.Quorums.Clouds))
        {
            if (ticket?.Id is not null && await IsOfAsync(ticket, content, cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    content.Position = start;
                    return await RunAsync(content, ticket, cancellationToken).ConfigureAwait(false);
                }
                catch (SupersededException)
                {
                    // Begun anew below.
                }
            }
        }
        content.Position = start;
        WriteRequest request = NewRequest(isRemoval: false, null);
        using UploadTicket begun = UploadTicket.Create(path, parameters, request.Attempt, request.Shares);
        return await RunAsync(content, begun, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the content, or, with none, that the unit is removed.</summary>
    public async Task<ObjectDescription> RunAsync(
        Stream? content, UploadTicket? ticket, CancellationToken cancellationToken)
    {
        WriteRequest request = NewRequest(isRemoval: content is null, ticket);
        using SegmentCipher? cipher = content is null ? null : NewCipher(request);
        WriteCore core = new(request, context.Services.Statistics.Order(), context.CallTimeoutMicros);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim room = new(context.Options.SegmentsAhead);
        CoreHost host = new(core, context.Caller, cloud => cipher!.Place(cloud), context.Services);
        await using (host.ConfigureAwait(false))
        {
            long storedBytes = 0;
            void Perform(Effect effect)
            {
                switch (effect)
                {
                    case NumberedEffect numbered:
                        ticket?.Number(numbered.Id);
                        break;
                    case SegmentStoredEffect stored:
                        ticket?.Store(stored.Segment, stored.Digests);
                        host.RemoveBuffer(stored.Segment).Release();
                        room.Release();
                        options.Progress?.Report(storedBytes += context.Options.SegmentBytes);
                        break;
                    case QueryLeaseEffect:
                        host.Post(new LeaseInput(options.Lock!.ExpiresAtMs));
                        break;
                }
            }
            Task producing = content is null
                ? EndAsync(host)
                : ProduceAsync(content, new SegmentProducer(context, cipher!, ticket, host, room), host, ended);
            try
            {
                await host.RunAsync(Perform, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Else the content cannot be read: the producer's exception, below, says why.
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                await producing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (!core.IsDone) await producing.ConfigureAwait(false);
            if (core.Failure?.Kind == FailureKind.Superseded) throw new SupersededException(core.Failure.What);
            if (core.Failure is not null) throw context.Error(core.Failure);
            ticket?.Delete();
            FoundOthers = core.Found.HasNamedAny;
            host.LetGoOn();
            return context.Describe(core.Written!, core.Problems);
        }
    }

    private SegmentCipher NewCipher(WriteRequest request)
    {
        byte[] key = request.Shares is null
            ? []
            : VersionKey.Combine(context.Quorums, context.Options.ReaderKey, request.Shares);
        SegmentCipher cipher = new(context.Options.Protection, context.Quorums, layout.Unit, request.Attempt, key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private WriteRequest NewRequest(bool isRemoval, UploadTicket? ticket)
    {
        IReadOnlyList<ReadOnlyMemory<byte>>? shares = ticket?.Shares;
        if (ticket is null && !isRemoval && context.Options.Protection == DataProtection.Confidential)
            shares = VersionKey.Share(context.Quorums);
        return new WriteRequest
        {
            Layout = layout,
            Quorums = context.Quorums,
            Protection = context.Options.Protection,
            Quorum = context.Options.Quorum,
            Writer = writer,
            Attempt = ticket?.Attempt ?? BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16)),
            Resumed = ticket?.Id,
            SegmentBytes = context.Options.SegmentBytes,
            Shares = shares,
            NeedsReaderKey = context.Options.ReaderKey is not null,
            IsRemoval = isRemoval,
            LockEpoch = options.Lock?.Epoch,
        };
    }

    /// <summary>Whether the content begins with the segments that the ticket speaks of.</summary>
    private async Task<bool> IsOfAsync(UploadTicket ticket, Stream content, CancellationToken cancellationToken)
    {
        byte[] segment = new byte[context.Options.SegmentBytes];
        for (int i = 0; i < ticket.Begun.Count; i++)
        {
            int read = await content.ReadAtLeastAsync(
                segment, segment.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (!ticket.Begun.TryGetValue(i, out Digest digest) || BlockDigest.Of(segment.AsSpan(0, read)) != digest)
                return false;
        }
        return true;
    }

    private static Task EndAsync(CoreHost host)
    {
        host.Post(new ContentEndedInput(0));
        return Task.CompletedTask;
    }

    /// <summary>Content that cannot be read ends the operation.</summary>
    private static async Task ProduceAsync(
        Stream content, SegmentProducer producer, CoreHost host, CancellationTokenSource ended)
    {
        try
        {
            host.Post(new ContentEndedInput(await producer.RunAsync(content, ended.Token).ConfigureAwait(false)));
        }
        catch when (!ended.IsCancellationRequested)
        {
            await ended.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A later version was begun since an upload was interrupted.</summary>
    private sealed class SupersededException(string message) : Exception(message);
}
