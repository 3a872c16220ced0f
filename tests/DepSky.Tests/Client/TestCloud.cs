using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace DepSky.Tests.Client;

/// <summary>A cloud in memory that does what a test tells it to.</summary>
internal sealed class TestCloud(string name) : ICloud
{
    public string Name => name;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Done before every request: may wait, throw, or change what is stored.</summary>
    public Func<string, string, CancellationToken, Task>? Before { get; set; }

    /// <summary>What becomes of content that is read.</summary>
    public Func<string, byte[], byte[]>? OnRead { get; set; }

    /// <summary>Every request that was begun, as "verb name".</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public int Cancelled;

    public long BlockBytes =>
        Objects.Where(o => o.Key.Contains("/.data/", StringComparison.Ordinal)).Sum(o => (long)o.Value.Length);

    public void Down() => Before = (_, _, _) => throw new CloudException(name, CloudFailure.Unavailable, "is down");

    public void Up() => Before = null;

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await BeginAsync("put", name, cancellationToken);
        Objects[name] = content.ToArray();
    }

    public async Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await BeginAsync("get", name, cancellationToken);
        if (!Objects.TryGetValue(name, out byte[]? content))
            throw new CloudException(Name, CloudFailure.NotFound, $"{name}: there is no such object");
        if (OnRead is not null) content = OnRead(name, content);
        int length = (int)Math.Clamp(content.Length - offset, 0, destination.Length);
        content.AsSpan((int)Math.Min(offset, content.Length), length).CopyTo(destination.Span);
        return length;
    }

    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeginAsync("list", prefix, cancellationToken);
        foreach ((string key, byte[] content) in Objects)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal)) yield return new CloudEntry(key, content.Length);
        }
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await BeginAsync("delete", name, cancellationToken);
        Objects.TryRemove(name, out _);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task BeginAsync(string verb, string name, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"{verb} {name}");
        try
        {
            if (Before is not null) await Before(verb, name, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Cancelled);
            throw;
        }
    }
}
