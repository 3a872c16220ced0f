using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Tests.Storage;

/// <summary>What a replica says of its disk: which files it found damaged and mended, and what it fetched.</summary>
internal sealed class DamageLog : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(string File, long Offset)> _found = [];
    private readonly List<string> _mended = [];
    private long _fetchedBytes;

    public DamageLog() => Damage = StorageLog.DamageToldTo(this);

    /// <summary>One that tells its damage here.</summary>
    public DiskDamage Damage { get; }

    public IReadOnlyList<(string File, long Offset)> Found
    {
        get
        {
            lock (_lock) return [.. _found];
        }
    }

    public IEnumerable<string> Files => Found.Select(static found => found.File);

    public IReadOnlyList<string> Mended
    {
        get
        {
            lock (_lock) return [.. _mended];
        }
    }

    /// <summary>Bytes of runs that it had to fetch.</summary>
    public long FetchedBytes
    {
        get
        {
            lock (_lock) return _fetchedBytes;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Dictionary<string, object?> values = state is IEnumerable<KeyValuePair<string, object?>> pairs
            ? pairs.ToDictionary(static pair => pair.Key, static pair => pair.Value)
            : [];
        lock (_lock)
        {
            if (eventId.Name == nameof(StorageLog.FileDamaged))
                _found.Add(((string)values["File"]!, (long)values["Offset"]!));
            if (eventId.Name == nameof(StorageLog.FileMended)) _mended.Add((string)values["File"]!);
            if (values.TryGetValue("Missing", out object? missing)) _fetchedBytes += (long)missing!;
        }
    }

    public void Dispose() { }
}
