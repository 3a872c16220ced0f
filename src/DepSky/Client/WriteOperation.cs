using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Writes one version: hosts the <see cref="WriteCore"/>, and feeds it what the <see cref="SegmentProducer"/> encodes. Memory is bounded by the segments under way.</summary>
internal sealed class WriteOperation(ClientContext context, UnitLayout layout, KeyPair writer, PutOptions options)
{
    /// <summary>What came of reading the content, if it went wrong.</summary>
    private ExceptionDispatchInfo? _unreadable;

    /// <summary>Whether there are other versions, or rests of them.</summary>
    public bool FoundOthers { get; private set; }

    /// <summary>Goes on with an upload that was interrupted, if there is one of this content and nothing was written since; else begins one that can be gone on with.</summary>
    public async Task<ObjectDescription> RunResumableAsync(Stream content, CancellationToken cancellationToken)
    {
        if (!content.CanSeek) throw new ArgumentException("Only content that can be sought in can be resumed.", nameof(content));
        long start = content.Position;
        string path = options.ResumeFile!;
        string parameters = UploadTicket.Parameters(layout.Unit, NewRequest(isRemoval: false, null));
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
    public async Task<ObjectDescription> RunAsync(Stream? content, UploadTicket? ticket, CancellationToken cancellationToken)
    {
        WriteRequest request = NewRequest(isRemoval: content is null, ticket);
        byte[] key = request.Shares is null ? [] : VersionKey.Combine(context.Quorums, context.Options.ReaderKey, request.Shares);
        using SegmentCipher? cipher = content is null ? null : new SegmentCipher(context.Options.Protection, context.Quorums, layout.Unit, request.Attempt, key);
        CryptographicOperations.ZeroMemory(key);
        CloudExchange exchange = context.NewExchange();
        WriteCore core = new(exchange, request, context.Services.Statistics.Order());
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim room = new(context.Options.SegmentsAhead);
        ExchangeHost host = new(exchange, context.Caller, cloud => cipher!.Place(cloud), context.Services);
        await using (host.ConfigureAwait(false))
        {
            long storedBytes = 0;
            if (ticket is not null) core.Numbered += ticket.Number;
            core.SegmentStored += (segment, digests) =>
            {
                ticket?.Store(segment, digests);
                host.RemoveBuffer(segment).Release();
                room.Release();
                options.Progress?.Report(storedBytes += context.Options.SegmentBytes);
            };
            core.Start();
            Task producing = content is null ? EndAsync(host, core) : ProduceAsync(content, new SegmentProducer(context, cipher!, ticket, host, core, room), host, core, ended.Token);
            try
            {
                await host.RunAsync(() => core.IsDone || _unreadable is not null, cancellationToken).ConfigureAwait(false);
                _unreadable?.Throw();
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                await producing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            }
            if (core.Failure?.Kind == FailureKind.Superseded) throw new SupersededException(core.Failure.What);
            if (core.Failure is not null) throw context.Error(core.Failure);
            ticket?.Delete();
            FoundOthers = core.Found.Named.Any();
            host.LetGoOn();
            return context.Describe(core.Written!, core.Found.Problems);
        }
    }

    private WriteRequest NewRequest(bool isRemoval, UploadTicket? ticket)
    {
        IReadOnlyList<ReadOnlyMemory<byte>>? shares = ticket?.Shares;
        if (ticket is null && !isRemoval && context.Options.Protection == DataProtection.Confidential) shares = VersionKey.Share(context.Quorums);
        return new WriteRequest
        {
            Layout = layout,
            Quorums = context.Quorums,
            Protection = context.Options.Protection,
            Quorum = context.Options.Quorum,
            Writer = writer,
            Attempt = ticket?.Attempt ?? new UInt128(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))),
            Resumed = ticket?.Id,
            SegmentBytes = context.Options.SegmentBytes,
            Shares = shares,
            NeedsReaderKey = context.Options.ReaderKey is not null,
            IsRemoval = isRemoval,
            Lock = options.Lock is UnitLock held ? () => held.Held : null,
        };
    }

    /// <summary>Whether the content begins with the segments that the ticket speaks of.</summary>
    private async Task<bool> IsOfAsync(UploadTicket ticket, Stream content, CancellationToken cancellationToken)
    {
        byte[] segment = new byte[context.Options.SegmentBytes];
        for (int i = 0; i < ticket.Begun.Count; i++)
        {
            int read = await content.ReadAtLeastAsync(segment, segment.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (!ticket.Begun.TryGetValue(i, out Digest digest) || BlockDigest.Of(segment.AsSpan(0, read)) != digest) return false;
        }
        return true;
    }

    private static Task EndAsync(ExchangeHost host, WriteCore core)
    {
        host.Post(() => core.EndContent(0));
        return Task.CompletedTask;
    }

    private async Task ProduceAsync(Stream content, SegmentProducer producer, ExchangeHost host, WriteCore core, CancellationToken cancellationToken)
    {
        try
        {
            long sizeBytes = await producer.RunAsync(content, cancellationToken).ConfigureAwait(false);
            host.Post(() => core.EndContent(sizeBytes));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            host.Post(() => _unreadable = ExceptionDispatchInfo.Capture(e));
        }
    }

    /// <summary>Somebody has written since an upload was interrupted.</summary>
    private sealed class SupersededException(string message) : Exception(message);
}
