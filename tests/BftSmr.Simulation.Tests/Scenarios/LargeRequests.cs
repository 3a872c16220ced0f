using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>Counts the bytes that it was given.</summary>
internal sealed class LargeRequests : StateMachine
{
    private long _bytes;

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        _bytes += command.Operation.Length;
        Save(reply);
    }

    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        Save(reply);

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        BinaryPrimitives.WriteInt64BigEndian(snapshot.GetSpan(8), _bytes);
        snapshot.Advance(8);
    }

    protected override void Load(ReadOnlySpan<byte> snapshot) => _bytes = BinaryPrimitives.ReadInt64BigEndian(snapshot);

    /// <summary>Commands of one size.</summary>
    /// <param name="bytes">That size, bytes.</param>
    internal sealed class Workload(int bytes) : IWorkload
    {
        private readonly byte[] _operation = new byte[bytes];

        public WorkloadOperation Next(SimulationRandom random, int client, int index) =>
            new(_operation, IsQuery: false);
    }
}
