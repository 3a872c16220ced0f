using System.Buffers;
using System.Text;
using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Tests.Examples;

/// <summary>A service without replicas: each command is a batch of its own, at the time of the test.</summary>
internal sealed class ServiceRun(IStateMachine service) : IReplySink
{
    public const long Second = 1_000_000;

    private ArrayBufferWriter<byte> _reply = new();
    private string? _failure;
    private SortedDictionary<string, byte[]> _records = new(StringComparer.Ordinal);
    private long _instance;

    public long NowMicros { get; set; } = 1_700_000_000 * Second;

    /// <summary>Whether the last command failed.</summary>
    public bool IsRefused => _failure is not null;

    /// <summary>The reply, or the message of the failure.</summary>
    public string Execute(int client, string operation, ClientRights rights = ClientRights.Read | ClientRights.Write)
    {
        (_reply, _failure) = (new ArrayBufferWriter<byte>(), null);
        Command command = new(
            new SessionId(new ClientId(client), 1), (ulong)++_instance, rights, Encoding.UTF8.GetBytes(operation));
        service.Execute(new CommandBatch(new Instance(_instance), NowMicros, 0, new[] { command }, this));
        return _failure ?? Encoding.UTF8.GetString(_reply.WrittenSpan);
    }

    public string Query(int client, string query, ClientRights rights = ClientRights.Read)
    {
        ArrayBufferWriter<byte> reply = new();
        service.Query(Encoding.UTF8.GetBytes(query), new QueryContext(new ClientId(client), rights, NowMicros), reply);
        return Encoding.UTF8.GetString(reply.WrittenSpan);
    }

    /// <summary>The whole state: what was touched since the last time, upon what there was.</summary>
    public string Snapshot()
    {
        using IStateChanges changes = service.Freeze();
        while (changes.TryRead(out StateChange change))
        {
            string key = Convert.ToHexString(change.Key);
            if (change.Kind == StateChangeKind.Put) _records[key] = change.Value.ToArray();
            else _records.Remove(key);
        }
        return string.Concat(_records.Values.Select(Encoding.UTF8.GetString));
    }

    /// <summary>Makes the state of another service its own.</summary>
    public void Install(ServiceRun other)
    {
        _ = other.Snapshot();
        _records = new SortedDictionary<string, byte[]>(other._records, StringComparer.Ordinal);
        using IStateLoader loader = service.BeginLoad();
        foreach ((string key, byte[] value) in _records) loader.Put(Convert.FromHexString(key), value);
        loader.Commit();
    }

    IBufferWriter<byte> IReplySink.BeginReply(int index) => _reply;

    void IReplySink.Fail(int index, string message) => _failure = message;
}
