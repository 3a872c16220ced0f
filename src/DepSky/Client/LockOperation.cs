using System.Buffers.Binary;
using System.Security.Cryptography;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>Takes, renews and gives back a unit's lock.</summary>
internal sealed class LockOperation(ClientContext context, UnitLayout layout, KeyPair writer)
{
    private readonly UInt128 _owner = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));

    public string Unit => layout.Unit;

    public LockRecord Held { get; private set; }

    public async Task TakeAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        long leaseMicros = (long)lease.TotalMicroseconds;
        LockCore core = new(layout, context.Quorums, writer, _owner, leaseMicros, context.CallTimeoutMicros);
        try
        {
            await context.RunAsync(core, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (core.MustWithdraw) await DeleteAsync(core.Held).ConfigureAwait(false);
        }
        Held = core.Held;
        foreach (LockRecord outlived in core.Outlived) context.DeleteLater(outlived.Name(layout));
    }

    /// <summary>A new file with a later end, then the old one goes. The epoch stays.</summary>
    public async Task RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        LockRecord old = Held;
        long nowMs = context.Services.NowMicros / 1000;
        if (nowMs >= old.ExpiresAtMs) return; // Lost: another writer may have it.
        LockRecord next = old with { ExpiresAtMs = nowMs + (long)lease.TotalMilliseconds };
        LockRenewalCore core = new(layout, context.Quorums, writer, next, context.CallTimeoutMicros);
        await context.RunAsync(core, cancellationToken).ConfigureAwait(false);
        Held = next;
        await DeleteAsync(old).ConfigureAwait(false);
    }

    public Task ReleaseAsync() => DeleteAsync(Held);

    /// <summary>At every cloud that can be reached; elsewhere the lease runs out.</summary>
    private async Task DeleteAsync(LockRecord record)
    {
        if (record == default) return;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
        CancellationToken cancellationToken = patience.Token;
        IEnumerable<DeleteCall> calls =
            Enumerable.Range(0, context.Quorums.Clouds).Select(cloud => new DeleteCall(cloud, record.Name(layout)));
        await Task.WhenAll(calls.Select(call => context.Caller.RunAsync(call, null, 0, cancellationToken)))
            .ConfigureAwait(false);
    }
}
