using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>
/// A counter that fails as programs do: one of its copies runs out of memory once, on a command. Its queries throw what
/// is different at each copy.
/// </summary>
internal sealed class FailingService(int copy, bool runsOut) : StateMachine
{
    private long _value;
    private int _executed;

    /// <summary>A maker of copies. The third one, that of replica 1, runs out of memory.</summary>
    public static Func<IStateMachine> Maker()
    {
        int copies = 0;
        return () => new FailingService(++copies, runsOut: copies == 3);
    }

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        if (command.Operation.IsEmpty) throw new OperationRefusedException("nothing to add");
        if (++_executed == 5 && runsOut) throw new InsufficientMemoryException($"copy {copy}");
        _value += command.Operation.Span[0];
        Save(reply);
    }

    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        if (query.IsEmpty) throw new InvalidOperationException($"copy {copy}");
        Save(reply);
    }

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        BinaryPrimitives.WriteInt64BigEndian(snapshot.GetSpan(8), _value);
        snapshot.Advance(8);
    }

    protected override void Load(ReadOnlySpan<byte> snapshot) => _value = BinaryPrimitives.ReadInt64BigEndian(snapshot);

    /// <summary>Commands and queries, some of them empty.</summary>
    internal sealed class Workload : IWorkload
    {
        public WorkloadOperation Next(SimulationRandom random, int client, int index) =>
            new(random.Chance(0.2) ? default : new byte[] { (byte)random.Next(100) }, random.Chance(0.4));
    }
}
