using BftCloud.Primitives;

namespace BftSmr.Tests.Hosting;

/// <summary>A defective service: every command ends in an exception that it does not handle.</summary>
internal sealed class ThrowingService : IStateMachine
{
    public void Execute(CommandBatch batch) => throw new FormatException("planned");

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, System.Buffers.IBufferWriter<byte> reply)
    {
    }

    public Digest StateDigest() => default;

    public IStateChanges Freeze() => throw new NotSupportedException();

    public IStateLoader BeginLoad() => throw new NotSupportedException();
}
