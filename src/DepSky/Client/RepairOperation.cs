using System.Globalization;
using DepSky.Coding;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Verifies a unit's last version, and mends it: what a cloud lacks is computed again from the others, compared with
/// what the writer signed, and stored. That needs neither the writer's key nor the content's. A cloud that replaces
/// another is one that lacks everything. Blocks and parts first, metadata last, as in a write; readers go on meanwhile.
/// </summary>
internal sealed class RepairOperation(ClientContext context, UnitLayout layout)
{
    public async Task<VerificationReport> VerifyAsync(
        IProgress<long>? progress, CancellationToken cancellationToken, ObjectMetadata? known = null)
    {
        ObjectMetadata metadata = known ?? await FindAsync(cancellationToken).ConfigureAwait(false);
        Inspection inspection = new(context, layout, metadata);
        await inspection.RunAsync(progress, cancellationToken).ConfigureAwait(false);
        return Report(metadata, inspection, inspection.Flaws, []);
    }

    public async Task<VerificationReport> RepairAsync(
        IProgress<long>? progress, CancellationToken cancellationToken, ObjectMetadata? known = null)
    {
        ObjectMetadata metadata = known ?? await FindAsync(cancellationToken).ConfigureAwait(false);
        Inspection inspection = new(context, layout, metadata);
        await inspection.RunAsync(progress, cancellationToken).ConfigureAwait(false);
        List<CloudFlaw> left = [.. inspection.Flaws.Where(f => f.Object == FlawedObject.Cloud)], mended = [];
        await MendBlocksAsync(metadata, inspection, left, mended, cancellationToken).ConfigureAwait(false);
        foreach (CloudFlaw flaw in inspection.Flaws.Where(f => f.Object is FlawedObject.Part))
            (await StoreAsync(flaw, layout.Part(metadata.Data), PartFor(flaw.Cloud, metadata, inspection),
                cancellationToken).ConfigureAwait(false) ? mended : left).Add(flaw);
        foreach (CloudFlaw flaw in inspection.Flaws.Where(f => f.Object is FlawedObject.Metadata))
            (await StoreAsync(flaw, layout.Metadata(metadata.Id), inspection.SignedMetadata, cancellationToken)
                .ConfigureAwait(false) ? mended : left).Add(flaw);
        return Report(metadata, inspection, left, mended);
    }

    private async Task<ObjectMetadata> FindAsync(CancellationToken cancellationToken)
    {
        (
            ObjectMetadata? metadata, _) = await new ReadOperation(context,
            layout).StatAsync(cancellationToken).ConfigureAwait(false);
        return metadata ?? throw new UnitNotFoundException(
            $"There is no unit '{layout.Unit}'. 'ls' names those that there are.");
    }

    /// <summary>
    /// Segment by segment, so that memory is bounded. Where a holder cannot be reached, another cloud takes a block, so
    /// that n-f have one.
    /// </summary>
    private async Task MendBlocksAsync(
        ObjectMetadata metadata, Inspection inspection, List<CloudFlaw> left, List<CloudFlaw> mended,
        CancellationToken cancellationToken)
    {
        HashSet<int> unreachable =
            [.. inspection.Flaws.Where(f => f.Object == FlawedObject.Cloud).Select(f => f.Cloud)];
        ILookup<int, CloudFlaw> flaws = inspection.Flaws.Where(
            f => f.Object == FlawedObject.Block).ToLookup(f => f.Segment);
        for (int segment = 0; segment < metadata.Segments.Count; segment++)
        {
            int[] intact =
                [.. Enumerable.Range(0, metadata.Clouds).Where(cloud => inspection.IsIntact(cloud, segment))];
            CloudFlaw[] broken = [.. flaws[segment]];
            int[] substitutes = [.. Enumerable.Range(0, metadata.Clouds)
                .Where(cloud => !metadata.Segments[segment].IsHeldBy(cloud) && !unreachable.Contains(cloud))
                .Take(Math.Max(0, metadata.Quorums.Available - intact.Length - broken.Length))];
            if (broken.Length == 0 && substitutes.Length == 0) continue;
            Dictionary<int, byte[]> rebuilt = await RebuildAsync(
                metadata, segment, intact, [.. broken.Select(f => f.Cloud), .. substitutes],
                cancellationToken).ConfigureAwait(false);
            string name = layout.Block(metadata.Data, segment);
            foreach (CloudFlaw flaw in broken)
            {
                bool isMended = rebuilt.TryGetValue(flaw.Cloud, out byte[]? block)
                    && await StoreAsync(flaw, name, block, cancellationToken).ConfigureAwait(false);
                (isMended ? mended : left).Add(flaw);
            }
            foreach (int cloud in substitutes)
            {
                if (rebuilt.TryGetValue(cloud, out byte[]? block))
                    await context.CallAsync(new PutCall(cloud, name, block), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Dictionary<int, byte[]>> RebuildAsync(
        ObjectMetadata metadata, int segment, int[] intact, int[] wanted, CancellationToken cancellationToken)
    {
        int blockBytes = metadata.BlockBytes(segment);
        List<int> present = [];
        List<ReadOnlyMemory<byte>> blocks = [];
        foreach (int cloud in intact)
        {
            if (present.Count == metadata.BlocksNeeded) break;
            byte[] block = GC.AllocateUninitializedArray<byte>(blockBytes);
            if (await context.GetBlockAsync(cloud, layout, metadata, segment, block, cancellationToken)
                .ConfigureAwait(false) is Failed)
                continue;
            present.Add(cloud);
            blocks.Add(block);
        }
        if (present.Count < metadata.BlocksNeeded) return [];
        byte[][] results = [.. wanted.Select(_ => GC.AllocateUninitializedArray<byte>(blockBytes))];
        new ReedSolomon(metadata.BlocksNeeded, metadata.Clouds).Reconstruct(
            present.ToArray(), blocks.ToArray(), wanted, [.. results.Select(r => r.AsMemory())]);
        return wanted.Zip(results)
            .Where(pair => BlockDigest.Of(pair.Second) == metadata.Segments[segment].Block(pair.First))
            .ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static ReadOnlyMemory<byte>? PartFor(int cloud, ObjectMetadata metadata, Inspection inspection)
    {
        if (inspection.Announcement is not ReadOnlyMemory<byte> announcement) return null;
        if (metadata.ShareDigests.Count == 0) return PartRecord.Encode(announcement.Span, []);
        if (inspection.Shares.Count < metadata.BlocksNeeded) return null;
        KeyValuePair<int, ReadOnlyMemory<byte>>[] shares = [.. inspection.Shares.Take(metadata.BlocksNeeded)];
        byte[] share = new byte[SegmentShape.KeyBytes];
        SecretSharing.Reconstruct([.. shares.Select(s => s.Key)], [.. shares.Select(s => s.Value)], cloud, share);
        return PartRecord.IsShare(share, metadata.ShareDigests[cloud])
            ? PartRecord.Encode(announcement.Span, share)
            : null;
    }

    private async Task<bool> StoreAsync(
        CloudFlaw flaw, string name, ReadOnlyMemory<byte>? content, CancellationToken cancellationToken) =>
        content is ReadOnlyMemory<byte> bytes
            && await context.CallAsync(
                new PutCall(flaw.Cloud, name, bytes), cancellationToken).ConfigureAwait(false) is Done;

    private VerificationReport Report(
        ObjectMetadata metadata, Inspection inspection, IReadOnlyList<CloudFlaw> left,
        IReadOnlyList<CloudFlaw> mended) => new()
    {
        Object = context.Describe(metadata, []),
        Flaws = [.. left.Select(Describe)],
        Mended = [.. mended.Select(Describe)],
        IsReadable = inspection.IsReadable,
    };

    private Flaw Describe(CloudFlaw flaw) => new(context.Caller.NameOf(flaw.Cloud), flaw.Kind, flaw.Object switch
    {
        FlawedObject.Cloud => "everything",
        FlawedObject.Metadata => "metadata",
        FlawedObject.Part => "part",
        _ => string.Create(CultureInfo.InvariantCulture, $"segment {flaw.Segment}"),
    }, flaw.Why);
}
