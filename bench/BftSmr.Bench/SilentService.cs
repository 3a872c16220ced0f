using System.Buffers;

namespace BftSmr.Bench;

/// <summary>Does nothing and replies nothing: what is measured is the cost of ordering.</summary>
internal sealed class SilentService : StateMachine
{
    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
    }

    protected override void Save(IBufferWriter<byte> snapshot)
    {
    }

    protected override void Load(ReadOnlySpan<byte> snapshot)
    {
    }
}
