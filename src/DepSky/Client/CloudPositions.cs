using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Which cloud's share each cloud has of a version: where they are others' than the clouds' own, the clouds stand in
/// another order than when it was written.
/// </summary>
internal static class CloudPositions
{
    /// <summary>What is wrong with a cloud that has another's share.</summary>
    public static string Describe(ClientContext context, int owner) =>
        $"has what was written to the cloud in the place of {context.Caller.NameOf(owner)}: "
        + "the clouds stand in another order than then. Put them back in order; nothing there is overwritten";

    /// <summary>
    /// A context in which the clouds stand as they did when the version was written; null if they stand so, or nothing
    /// tells. A few clouds alone, which may lie, reorder nothing.
    /// </summary>
    public static async Task<ClientContext?> ReorderAsync(
        ClientContext context, UnitLayout layout, CancellationToken cancellationToken)
    {
        (ObjectMetadata? metadata, _) = await new ReadOperation(context, layout)
            .StatAsync(cancellationToken).ConfigureAwait(false);
        if (metadata is not { ShareDigests.Count: > 0 }) return null;
        int?[] owners = await Task.WhenAll(Enumerable.Range(0, context.Quorums.Clouds).Select(
            cloud => OwnerAsync(context, layout, metadata, cloud, cancellationToken))).ConfigureAwait(false);
        int misplaced = owners.Where(static (owner, cloud) => owner is not null && owner != cloud).Count();
        if (misplaced <= context.Quorums.Faulty) return null;
        int?[] clouds = new int?[owners.Length];
        for (int cloud = 0; cloud < owners.Length; cloud++)
        {
            if (owners[cloud] is not int owner) continue;
            clouds[owner] ??= cloud;
            if (owner != cloud)
                context.Log.NoteMisplaced(cloud, Describe(context, owner));
        }
        Queue<int> others = new(Enumerable.Range(0, clouds.Length).Except(clouds.OfType<int>()));
        return context.InOrder([.. clouds.Select(cloud => cloud ?? others.Dequeue())]);
    }

    private static async Task<int?> OwnerAsync(
        ClientContext context, UnitLayout layout, ObjectMetadata metadata, int cloud,
        CancellationToken cancellationToken)
    {
        CloudAnswer answer = await context.CallAsync(
            new GetCall(cloud, layout.Part(metadata.Data), SegmentShape.PartBytesMax),
            cancellationToken).ConfigureAwait(false);
        return answer is Got got && PartRecord.TryDecode(
            got.Content, layout.Unit, metadata.Data, context.Options.WriterPublicKey,
            out _, out ReadOnlyMemory<byte> share, out _)
            ? metadata.OwnerOfShare(share)
            : null;
    }
}
