using DepSky.Client;
using DepSky.Protocol;

namespace DepSky;

/// <summary>
/// A unit's lock, held. Its lease is renewed in the background until it is disposed of, or cannot be renewed. Writes
/// under it fail with <see cref="LeaseLostException"/> once it is lost. Those still under way write versions that are
/// older than all that the next holder writes.
/// </summary>
public sealed class UnitLock : IAsyncDisposable
{
    private readonly LockOperation _operation;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewing;

    internal UnitLock(LockOperation operation, TimeProvider time, TimeSpan lease)
    {
        _operation = operation;
        _renewing = RenewAsync(time, lease);
    }

    /// <summary>The unit.</summary>
    public string Unit => _operation.Unit;

    /// <summary>The epoch that all that is written under it belongs to.</summary>
    public uint Epoch => _operation.Held.Epoch;

    /// <summary>When the lease runs out, if it is not renewed.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeMilliseconds(_operation.Held.ExpiresAtMs);

    internal long ExpiresAtMs => _operation.Held.ExpiresAtMs;

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested) return;
        await _end.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        await _operation.ReleaseAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    /// <summary>At a third of the lease, so that two attempts may fail.</summary>
    private async Task RenewAsync(TimeProvider time, TimeSpan lease)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease / 3, time, _end.Token).ConfigureAwait(false);
                try
                {
                    await _operation.RenewAsync(lease, _end.Token).ConfigureAwait(false);
                }
                catch (QuorumUnavailableException)
                {
                    // Tried again while the lease lasts; after that, writes say that it is lost.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }
}
