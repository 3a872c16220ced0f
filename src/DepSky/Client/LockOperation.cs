using System.Security.Cryptography;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Takes, renews and gives back a unit's lock.</summary>
internal sealed class LockOperation(ClientContext context, UnitLayout layout, KeyPair writer)
{
    private readonly UInt128 _owner = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));

    public string Unit => layout.Unit;

    public LockRecord Held { get; private set; }

    public async Task TakeAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        CloudExchange exchange = context.NewExchange();
        LockCore core = new(exchange, layout, context.Quorums, writer, _owner, (long)lease.TotalMilliseconds, static _ => { });
        ExchangeHost host = context.NewHost(exchange);
        await using (host.ConfigureAwait(false))
        {
            core.Start();
            try
            {
                await host.RunAsync(() => core.IsDone, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (!core.IsDone || core.MustWithdraw) await DeleteAsync(core.Held).ConfigureAwait(false);
            }
        }
        if (core.Failure is not null) throw context.Error(core.Failure);
        Held = core.Held;
        foreach (LockRecord outlived in core.Outlived) context.DeleteLater(outlived.Name(layout));
    }

    /// <summary>A new file with a later end, then the old one goes. The epoch stays.</summary>
    public async Task RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        LockRecord old = Held;
        CloudExchange exchange = context.NewExchange();
        if (exchange.NowMs >= old.ExpiresAtMs) return; // Lost: somebody else may have it.
        LockRecord next = old with { ExpiresAtMs = exchange.NowMs + (long)lease.TotalMilliseconds };
        byte[] content = next.Encode(layout, writer);
        bool isDone = false;
        ProtocolFailure? failure = null;
        ExchangeHost host = context.NewHost(exchange);
        await using (host.ConfigureAwait(false))
        {
            new RecordWrite(exchange, context.Quorums, "the lock", cloud => new PutCall(cloud, next.Name(layout), content), f => (isDone, failure) = (true, f)).Start();
            await host.RunAsync(() => isDone, cancellationToken).ConfigureAwait(false);
        }
        if (failure is not null) throw context.Error(failure);
        Held = next;
        await DeleteAsync(old).ConfigureAwait(false);
    }

    public Task ReleaseAsync() => DeleteAsync(Held);

    /// <summary>At every cloud that can be reached; elsewhere the lease runs out.</summary>
    private async Task DeleteAsync(LockRecord record)
    {
        if (record == default) return;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
        await Task.WhenAll(Enumerable.Range(0, context.Quorums.Clouds).Select(cloud => context.Caller.RunAsync(new DeleteCall(cloud, record.Name(layout)), null, 0, patience.Token))).ConfigureAwait(false);
    }
}
