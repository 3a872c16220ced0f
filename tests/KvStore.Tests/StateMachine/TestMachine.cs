using System.Buffers;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>A store that is driven batch by batch, at times the test chooses.</summary>
internal sealed class TestMachine(long stateBytesMax = KvLimits.StateBytesMaxDefault)
{
    public const long Second = 1_000_000;

    private long _instance;

    public KvStateMachine Store { get; } = new(stateBytesMax);
    public long NowMicros { get; set; } = 1_700_000_000 * Second;

    public object? Execute(Opcode opcode, params object?[] arguments) => Op.Read(Execute(Op.Of(opcode, arguments)));

    public object?[] ExecuteArray(Opcode opcode, params object?[] arguments) => (object?[])Execute(opcode, arguments)!;

    public byte[] Execute(byte[] operation) => ExecuteBatch([operation])[0];

    public byte[][] ExecuteBatch(IReadOnlyList<byte[]> operations)
    {
        NowMicros++;
        TestReplies replies = new(operations.Count);
        Command[] commands = [.. operations.Select((o, i) => CommandOf((ulong)i + 1, o))];
        Store.Execute(new CommandBatch(new Instance(++_instance), NowMicros, (ulong)NowMicros, commands, replies));
        return [.. Enumerable.Range(0, operations.Count).Select(i => replies[i])];
    }

    /// <summary>A command of the one client that there is.</summary>
    public static Command CommandOf(ulong sequence, ReadOnlyMemory<byte> operation) =>
        new(new SessionId(new ClientId(0), 1), sequence, ClientRights.Read | ClientRights.Write, operation);

    /// <summary>That client asks at this agreed time.</summary>
    public static QueryContext AsOf(long agreedTimeMicros) =>
        new(new ClientId(0), ClientRights.Read | ClientRights.Write, agreedTimeMicros);

    /// <summary>The reply, and when the first entry that it rests on expires.</summary>
    public (object? Reply, object? Until) Query(Opcode opcode, params object?[] arguments)
    {
        ArrayBufferWriter<byte> reply = new();
        Store.Query(Op.Of(opcode, arguments), AsOf(NowMicros), reply);
        CanonicalReader reader = new(reply.WrittenMemory);
        object? until = Op.Read(ref reader);
        object? result = Op.Read(ref reader);
        Assert.True(reader.AtEnd);
        return (result, until);
    }

    public byte[] Snapshot()
    {
        using ISnapshotReader reader = Store.Freeze();
        return ReadAll(reader, 4096);
    }

    public static byte[] ReadAll(ISnapshotReader reader, int bufferBytes)
    {
        MemoryStream all = new();
        byte[] buffer = new byte[bufferBytes];
        for (int count = reader.Read(buffer); count > 0; count = reader.Read(buffer)) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    public void Install(ReadOnlySpan<byte> snapshot, int pieceBytes)
    {
        using ISnapshotWriter writer = Store.BeginInstall();
        for (int at = 0; at < snapshot.Length; at += pieceBytes)
            writer.Write(snapshot.Slice(at, Math.Min(pieceBytes, snapshot.Length - at)));
        writer.Commit();
    }
}
