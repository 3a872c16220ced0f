using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Deletes what the <see cref="CollectCore"/> finds, at every cloud that can be reached.</summary>
internal sealed class CollectOperation(ClientContext context, UnitLayout layout)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        CloudExchange exchange = context.NewExchange();
        CollectCore core = new(exchange, layout, context.Quorums, context.Options.WriterPublicKey, (long)context.Options.Retention.TotalMilliseconds, static _ => { });
        ExchangeHost host = context.NewHost(exchange);
        await using (host.ConfigureAwait(false))
        {
            core.Start();
            await host.RunAsync(() => core.IsDone, cancellationToken).ConfigureAwait(false);
        }
        if (core.Failure is not null) throw context.Error(core.Failure);
        await Task.WhenAll(Enumerable.Range(0, context.Quorums.Clouds).Select(cloud => DeleteAsync(cloud, core, cancellationToken))).ConfigureAwait(false);
        return core.Garbage.Count;
    }

    /// <summary>Blocks first, what names them last: if this stops half-way, it can be found again.</summary>
    private async Task DeleteAsync(int cloud, CollectCore core, CancellationToken cancellationToken)
    {
        foreach (VersionId id in core.Garbage)
        {
            string prefix = layout.Data(id);
            if (await context.Caller.RunAsync(new ListCall(cloud, prefix), null, 0, cancellationToken).ConfigureAwait(false) is not Listed listed) return;
            foreach (string name in listed.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (await DeleteAsync(cloud, name, cancellationToken).ConfigureAwait(false) is Failed) return;
            }
            await DeleteAsync(cloud, layout.Part(id), cancellationToken).ConfigureAwait(false);
            await DeleteAsync(cloud, layout.Metadata(id), cancellationToken).ConfigureAwait(false);
        }
        foreach (string name in core.ExpiredLeases) await DeleteAsync(cloud, name, cancellationToken).ConfigureAwait(false);
    }

    private Task<CloudAnswer> DeleteAsync(int cloud, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return context.Caller.RunAsync(new DeleteCall(cloud, name), null, 0, cancellationToken);
    }
}
