using RedisClients;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>What a user of the client sees of one server, as text: a line for each result or error.</summary>
internal sealed class Dialogue(RedisConnector connector, IConnectionMultiplexer connection)
{
    private readonly List<string> _lines = [];

    public IConnectionMultiplexer Connection { get; } = connection;

    public IServer Server { get; } = connection.GetServers().Single();

    /// <summary>Opens another connection to the same server; the caller disposes of it.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync(Action<ConfigurationOptions>? adjust = null) =>
        connector.ConnectAsync(Server.Protocol, adjust);

    public void Add(object? result) => _lines.Add(ResultText.Of(result));

    /// <summary>Adds the result, or the error that the server or the client gave instead.</summary>
    public Task AddAsync<T>(Task<T> result) => AddAsync(result, static r => r);

    /// <summary>As <see cref="AddAsync{T}(Task{T})"/>, of a result in parts that have no order of their own.</summary>
    public Task AddSortedAsync<T>(Task<T[]> results) =>
        AddAsync(results, static r => $"sorted [{string.Join(", ", ResultText.Sorted(r))}]");

    /// <summary>As <see cref="AddAsync{T}(Task{T})"/>, of what the result tells.</summary>
    public async Task AddAsync<T>(Task<T> result, Func<T, object?> told)
    {
        if (await CompletesAsync(result)) Add(told(await result));
    }

    /// <summary>Adds that it succeeded, or the error.</summary>
    public async Task AddAsync(Task done)
    {
        if (await CompletesAsync(done)) _lines.Add("done");
    }

    public override string ToString() => string.Join('\n', _lines);

    private async Task<bool> CompletesAsync(Task task)
    {
        try
        {
            await task;
            return true;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or OperationCanceledException)
        {
            _lines.Add(e is RedisServerException ? $"-{e.Message}" : $"{e.GetType().Name}: {e.Message}");
            return false;
        }
    }
}
