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

    public string Snapshot()
    {
        using ISnapshotReader reader = service.Freeze();
        byte[] bytes = new byte[1 << 20];
        return Encoding.UTF8.GetString(bytes, 0, reader.Read(bytes));
    }

    public void Install(string snapshot)
    {
        using ISnapshotWriter writer = service.BeginInstall();
        writer.Write(Encoding.UTF8.GetBytes(snapshot));
        writer.Commit();
    }

    IBufferWriter<byte> IReplySink.BeginReply(int index) => _reply;

    void IReplySink.Fail(int index, string message) => _failure = message;
}
