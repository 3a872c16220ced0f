using System.Runtime.CompilerServices;

namespace DepSky.Clouds.Faults;

/// <summary>
/// A cloud that misbehaves on demand, for tests, drills and demonstrations: another one with faults in front of it.
/// Which bytes it corrupts follows from the seed and the object's name alone, so that a run can be repeated.
/// </summary>
/// <param name="inner">The cloud behind; disposed of with this.</param>
/// <param name="seed">Decides which bytes are changed, and where reads end.</param>
/// <param name="time">Delays by it; the system's clock when null.</param>
internal sealed class FaultyCloud(ICloud inner, ulong seed, TimeProvider? time = null) : ICloud
{
    private volatile int _faults;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <summary>
    /// What is wrong with it; may be changed at any time, and holds for operations that begin after it.
    /// </summary>
    public CloudFaults Faults
    {
        get => (CloudFaults)_faults;
        set => _faults = (int)value;
    }

    /// <summary>How much longer an operation takes while <see cref="CloudFaults.Slow"/>.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Only objects of such names are affected by <see cref="CloudFaults.Corrupt"/> and
    /// <see cref="CloudFaults.Partial"/>; all when null.
    /// </summary>
    public Predicate<string>? Affected { get; set; }

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        CloudFaults faults = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if ((faults & (CloudFaults.Stale | CloudFaults.Vanished)) != 0)
        {
            ObjectName.ThrowIfInvalid(name);
            return;
        }
        await inner.PutAsync(name, content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        CloudFaults faults = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if (faults.HasFlag(CloudFaults.Vanished))
            throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}' (injected).");
        int length = await inner.GetAsync(name, offset, destination, cancellationToken).ConfigureAwait(false);
        if (length == 0 || Affected?.Invoke(name) == false) return length;
        ulong draw = Draw(name, offset);
        if (faults.HasFlag(CloudFaults.Partial)) length = (int)(draw % (ulong)length);
        if (faults.HasFlag(CloudFaults.Corrupt) && length > 0)
            destination.Span[(int)(draw / 7 % (ulong)length)] ^= (byte)(1 + draw % 255);
        return length;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CloudFaults faults = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if (faults.HasFlag(CloudFaults.Vanished)) yield break;
        long index = 0;
        await foreach (CloudEntry entry in inner.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (faults.HasFlag(CloudFaults.Partial) && index++ % 2 == 1 && Affected?.Invoke(entry.Name) != false)
                continue;
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        CloudFaults faults = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if ((faults & (CloudFaults.Stale | CloudFaults.Vanished)) != 0)
        {
            ObjectName.ThrowIfInvalid(name);
            return;
        }
        await inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        CloudFaults faults = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return (faults & (CloudFaults.Stale | CloudFaults.Vanished)) != 0
            ? 0
            : await inner.SweepAsync(age, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<CloudFaults> EnterAsync(CancellationToken cancellationToken)
    {
        CloudFaults faults = Faults;
        if (faults.HasFlag(CloudFaults.Slow))
            await Task.Delay(Delay, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        if (faults.HasFlag(CloudFaults.Down))
            throw new CloudException(Name, CloudFailure.Unavailable, "it does not answer (injected).");
        return faults;
    }

    /// <summary>FNV-1a of the name, mixed with seed and offset: the same everywhere and always.</summary>
    private ulong Draw(string name, long offset)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = (hash ^ c) * 1099511628211;
        hash = (hash ^ seed) * 1099511628211;
        hash = (hash ^ (ulong)offset) * 1099511628211;
        hash ^= hash >> 29;
        hash *= 0xbf58476d1ce4e5b9;
        return hash ^ (hash >> 32);
    }
}
