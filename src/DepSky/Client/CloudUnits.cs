using DepSky.Clouds.Http;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// The units that one cloud names, in the order of their places, with the names of their metadata: read as they are
/// wanted.
/// </summary>
internal sealed class CloudUnits : IAsyncDisposable
{
    /// <summary>
    /// Of a unit that has more, which only a faulty cloud names, the last are kept: they are the latest.
    /// </summary>
    private const int NamesMax = 20_000;

    private readonly IAsyncEnumerator<CloudEntry> _entries;
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private string? _pending;

    public CloudUnits(ICloud cloud, string prefix, TimeSpan timeout, TimeProvider time, CancellationToken end)
    {
        _entries = cloud.ListFoldersAsync(prefix, UnitLayout.MetadataFolder, end).GetAsyncEnumerator(end);
        // One that sends requests again bounds each of them itself; there may be many before the next name.
        _timeout = cloud is ICountsRetries ? null : timeout;
        _time = time;
    }

    /// <summary>Where the unit is that was read last; null if there are no more.</summary>
    public string? Place { get; private set; }

    /// <summary>The names of its metadata.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Reads the next unit.</summary>
    /// <exception cref="CloudException">The cloud failed, or broke its promises.</exception>
    public async Task ReadAsync()
    {
        if (_pending is null && Place is null) await ReadNameAsync().ConfigureAwait(false);
        if (_pending is null)
        {
            Place = null;
            return;
        }
        string place = PlaceOf(_pending);
        Queue<string> names = new();
        while (_pending is not null && PlaceOf(_pending) == place)
        {
            if (names.Count == NamesMax) names.Dequeue();
            names.Enqueue(_pending);
            await ReadNameAsync().ConfigureAwait(false);
        }
        (Place, Names) = (place, [.. names]);
    }

    public ValueTask DisposeAsync() => _entries.DisposeAsync();

    private static string PlaceOf(string name) => name[..(name.LastIndexOf('/') + 1)];

    private async Task ReadNameAsync()
    {
        Task<bool> moving = _entries.MoveNextAsync().AsTask();
        bool hasMoved = await (_timeout is TimeSpan timeout ? moving.WaitAsync(timeout, _time) : moving)
            .ConfigureAwait(false);
        string? next = hasMoved ? _entries.Current.Name : null;
        if (next is not null && (!ObjectName.IsIn(next, UnitLayout.MetadataFolder)
            || string.CompareOrdinal(next, _pending) <= 0))
            throw new InvalidDataException($"lists '{next}' out of order, after '{_pending}'");
        _pending = next;
    }
}
