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

    /// <summary>What the freezes said until now, in records.</summary>
    public StateRecords Records { get; private set; } = new();

    /// <summary>Freezes the state, and tells what was touched.</summary>
    public IReadOnlyList<TestChange> Freeze()
    {
        using IStateChanges changes = Store.Freeze();
        return Records.Apply(changes);
    }

    /// <summary>Freezes the state. All its records, as the freezes until now said.</summary>
    public byte[] Snapshot()
    {
        Freeze();
        return Records.ToBytes();
    }

    /// <summary>Loads the records of a snapshot.</summary>
    public void Install(byte[] snapshot) => Records = StateRecords.Load(snapshot, Store);
}
