using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace DepSky.Tests.Clouds;

/// <summary>A cloud in this process's memory. What it stores is gone with it.</summary>
internal sealed class MemoryCloud(string name) : ICloud
{
    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        _objects[name] = content.ToArray();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> GetAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<int>(cancellationToken);
        if (!_objects.TryGetValue(name, out byte[]? content))
            return Task.FromException<int>(
                new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'."));
        int start = (int)Math.Min(offset, content.Length);
        int length = Math.Min(destination.Length, content.Length - start);
        content.AsSpan(start, length).CopyTo(destination.Span);
        return Task.FromResult(length);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        await Task.CompletedTask;
        foreach ((string key, byte[] content) in _objects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (key.StartsWith(prefix, StringComparison.Ordinal)) yield return new CloudEntry(key, content.Length);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        _objects.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    /// <summary>Forgets everything.</summary>
    public ValueTask DisposeAsync()
    {
        _objects.Clear();
        return ValueTask.CompletedTask;
    }
}
