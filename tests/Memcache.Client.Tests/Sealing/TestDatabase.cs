using System.Text;

namespace Memcache.Client.Tests.Sealing;

/// <summary>A database whose snapshots are counted, and whose reads can be held up.</summary>
internal sealed class TestDatabase
{
    private readonly Dictionary<string, string> _values = [];
    private readonly Lock _gate = new();
    private int _reads;

    public long Snapshot { get; private set; }

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>A read takes its snapshot, then waits for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public long Put(string key, string value)
    {
        lock (_gate)
        {
            _values[key] = value;
            return ++Snapshot;
        }
    }

    public Func<CancellationToken, Task<SealedValue>> Read(string key) => async cancellationToken =>
    {
        SealedValue value;
        lock (_gate)
            value = new SealedValue(
                _values.TryGetValue(key, out string? text)
                    ? Encoding.UTF8.GetBytes(text)
                    : default(ReadOnlyMemory<byte>?),
                Snapshot);
        Task gate = Gate;
        Interlocked.Increment(ref _reads);
        await gate.WaitAsync(cancellationToken);
        return value;
    };
}
