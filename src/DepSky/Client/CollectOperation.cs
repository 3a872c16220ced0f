using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Deletes what the <see cref="CollectCore"/> finds, at every cloud that can be reached.</summary>
internal sealed class CollectOperation(ClientContext context, UnitLayout layout)
{
    /// <summary>Deletes what can go.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="known">What clouds have said already; null for nothing.</param>
    /// <returns>How many attempts went.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken, KnownListings? known = null)
    {
        long retentionMicros = (long)context.Options.Retention.TotalMicroseconds;
        CollectCore core =
            new(layout, context.Quorums, context.Options.WriterPublicKey, retentionMicros, context.CallTimeoutMicros);
        await context.RunAsync(core, cancellationToken, known).ConfigureAwait(false);
        IEnumerable<int> clouds = Enumerable.Range(0, context.Quorums.Clouds);
        await Task.WhenAll(clouds.Select(cloud => DeleteAsync(cloud, core, cancellationToken))).ConfigureAwait(false);
        return core.Garbage.Count;
    }

    /// <summary>Blocks first, what names them last: if this stops half-way, it can be found again.</summary>
    private async Task DeleteAsync(int cloud, CollectCore core, CancellationToken cancellationToken)
    {
        foreach (VersionId id in core.Garbage)
        {
            string prefix = layout.Data(id);
            ListCall list = new(cloud, prefix);
            CloudAnswer answer = await context.Caller.RunAsync(list, null, 0, cancellationToken).ConfigureAwait(false);
            if (answer is not Listed listed) return;
            foreach (string name in listed.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (await DeleteAsync(cloud, name, cancellationToken).ConfigureAwait(false) is Failed) return;
            }
            await DeleteAsync(cloud, layout.Part(id), cancellationToken).ConfigureAwait(false);
            await DeleteAsync(cloud, layout.Metadata(id), cancellationToken).ConfigureAwait(false);
        }
        foreach (string name in core.ExpiredLeases)
            await DeleteAsync(cloud, name, cancellationToken).ConfigureAwait(false);
    }

    private Task<CloudAnswer> DeleteAsync(int cloud, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return context.Caller.RunAsync(new DeleteCall(cloud, name), null, 0, cancellationToken);
    }
}
