using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>What each cloud has of a version, read and compared with what the writer signed.</summary>
internal sealed class Inspection(ClientContext context, UnitLayout layout, ObjectMetadata metadata)
{
    private readonly List<CloudFlaw> _flaws = [];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _shares = [];

    /// <summary>The metadata as the writer signed it, from a cloud that has it.</summary>
    public ReadOnlyMemory<byte>? SignedMetadata { get; private set; }

    /// <summary>The announcement of the attempt, from a cloud that has it.</summary>
    public ReadOnlyMemory<byte>? Announcement { get; private set; }

    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Shares => _shares;

    public IReadOnlyList<CloudFlaw> Flaws =>
        [.. _flaws.OrderBy(f => f.Cloud).ThenBy(f => f.Object).ThenBy(f => f.Segment)];

    public async Task RunAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        long checkedBytes = 0;
        await Task.WhenAll(Enumerable.Range(0, context.Quorums.Clouds).Select(cloud => Task.Run(async () =>
        {
            if (!await CheckRecordsAsync(cloud, cancellationToken).ConfigureAwait(false)) return;
            byte[] block = GC.AllocateUninitializedArray<byte>(
                metadata.Segments.Count == 0 ? 0 : metadata.BlockBytes(0));
            for (int segment = 0; segment < metadata.Segments.Count; segment++)
            {
                if (!metadata.Segments[segment].IsHeldBy(cloud)) continue;
                if (!await CheckBlockAsync(cloud, segment, block, cancellationToken).ConfigureAwait(false)) return;
                progress?.Report(Interlocked.Add(ref checkedBytes, metadata.BlockBytes(segment)));
            }
        }, cancellationToken))).ConfigureAwait(false);
    }

    public bool IsIntact(int cloud, int segment) =>
        metadata.Segments[segment].IsHeldBy(cloud)
            && !_flaws.Any(
                f => f.Cloud == cloud
                    && (f.Object == FlawedObject.Cloud || (f.Object == FlawedObject.Block && f.Segment == segment)));

    /// <summary>Whether enough is intact to read it all.</summary>
    public bool IsReadable =>
        (metadata.ShareDigests.Count == 0 || _shares.Count >= metadata.BlocksNeeded)
        && Enumerable.Range(0, metadata.Segments.Count).All(
            segment => Enumerable.Range(0, metadata.Clouds)
                .Count(cloud => IsIntact(cloud, segment)) >= metadata.BlocksNeeded);

    /// <summary>False if the cloud cannot be asked.</summary>
    private async Task<bool> CheckRecordsAsync(int cloud, CancellationToken cancellationToken)
    {
        CloudAnswer answer = await context.CallAsync(
            new GetCall(cloud, layout.Metadata(metadata.Id), SegmentShape.MetadataBytesMax),
            cancellationToken).ConfigureAwait(false);
        if (answer is Failed { Kind: not CloudFailure.NotFound and not CloudFailure.Broken } unreachable)
        {
            Add(new CloudFlaw(cloud, FlawedObject.Cloud, 0, FlawKind.Unreachable, unreachable.Reason));
            return false;
        }
        MetadataRejection rejection;
        if (answer is not Got got) Add(Describe(cloud, FlawedObject.Metadata, 0, (Failed)answer));
        else if (MetadataCodec.TryDecode(got.Content, layout.Unit, metadata.Id,
            context.Options.WriterPublicKey, context.Quorums, out _, out rejection))
            SignedMetadata = got.Content;
        else
            Add(new CloudFlaw(cloud, FlawedObject.Metadata, 0, FlawKind.Corrupt,
                CloudProblem.Rejected(cloud, layout.Metadata(metadata.Id), rejection).What));

        if (metadata.IsDeleted) return true;
        answer = await context.CallAsync(
            new GetCall(cloud, layout.Part(metadata.Data), SegmentShape.PartBytesMax),
            cancellationToken).ConfigureAwait(false);
        if (answer is not Got part)
        {
            Add(Describe(cloud, FlawedObject.Part, 0, (Failed)answer));
            return true;
        }
        if (!PartRecord.TryDecode(part.Content, layout.Unit, metadata.Data, context.Options.WriterPublicKey,
            out ReadOnlyMemory<byte> announcement, out ReadOnlyMemory<byte> share, out rejection))
            Add(new CloudFlaw(cloud, FlawedObject.Part, 0, FlawKind.Corrupt,
                CloudProblem.Rejected(cloud, layout.Part(metadata.Data), rejection).What));
        else if (metadata.OwnerOfShare(share) is int owner && owner != cloud)
        {
            AddMisplaced(cloud, owner);
            return false;
        }
        else if (metadata.ShareDigests.Count > 0 && !PartRecord.IsShare(share, metadata.ShareDigests[cloud]))
            Add(new CloudFlaw(cloud, FlawedObject.Part, 0, FlawKind.Corrupt,
                $"{layout.Part(metadata.Data)}: not the share that the writer gave it"));
        else
        {
            lock (_lock)
            {
                Announcement = announcement;
                if (metadata.ShareDigests.Count > 0) _shares.Add(cloud, share);
            }
        }
        return true;
    }

    /// <summary>False if the cloud has another's blocks.</summary>
    private async Task<bool> CheckBlockAsync(
        int cloud, int segment, byte[] memory, CancellationToken cancellationToken)
    {
        Memory<byte> block = memory.AsMemory(0, metadata.BlockBytes(segment));
        CloudAnswer answer = await context.GetBlockAsync(
            cloud, layout, metadata, segment, block, cancellationToken).ConfigureAwait(false);
        if (answer is not Failed failed) return true;
        if (failed.Kind == CloudFailure.Broken && OwnerOfBlock(segment, block.Span) is int owner && owner != cloud)
        {
            AddMisplaced(cloud, owner);
            return false;
        }
        Add(Describe(cloud, FlawedObject.Block, segment, failed));
        return true;
    }

    private int? OwnerOfBlock(int segment, ReadOnlySpan<byte> block)
    {
        IReadOnlyList<Digest> digests = metadata.Segments[segment].Blocks;
        if (digests.Count == 1) return null;
        Digest digest = BlockDigest.Of(block);
        int owner = Enumerable.Range(0, digests.Count).FirstOrDefault(cloud => digests[cloud] == digest, -1);
        return owner < 0 ? null : owner;
    }

    private void AddMisplaced(int cloud, int owner) =>
        Add(new CloudFlaw(
            cloud, FlawedObject.Cloud, 0, FlawKind.Misplaced, CloudPositions.Describe(context, owner)));

    private static CloudFlaw Describe(int cloud, FlawedObject what, int segment, Failed failed) =>
        new(cloud, what, segment, failed.Kind switch
        {
            CloudFailure.NotFound => FlawKind.Missing,
            CloudFailure.Broken => FlawKind.Corrupt,
            _ => FlawKind.Unreachable,
        }, failed.Reason);

    private void Add(CloudFlaw flaw)
    {
        lock (_lock) _flaws.Add(flaw);
    }
}

/// <summary>What a flaw is of.</summary>
internal enum FlawedObject
{
    Cloud,
    Metadata,
    Part,
    Block,
}

/// <summary>A flaw as it is worked with.</summary>
internal readonly record struct CloudFlaw(int Cloud, FlawedObject Object, int Segment, FlawKind Kind, string Why);
