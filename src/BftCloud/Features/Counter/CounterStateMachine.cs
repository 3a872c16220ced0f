using System.Buffers;
using System.Buffers.Binary;
using BftSmr;

namespace BftCloud.Features.Counter;

/// <summary>
/// One number. A command of 8 bytes (big-endian, signed) adds to it and replies the sum, wrapping around; a query
/// replies the number.
/// </summary>
internal sealed class CounterStateMachine : StateMachine
{
    private long _value;

    private CounterStateMachine(long initialValue) => _value = initialValue;

    /// <summary>A counter; the option <c>initialValue</c> says where it begins, 0 by default.</summary>
    public static CounterStateMachine Create(ServiceOptions options)
    {
        ServiceOptionReader settings = options.Read();
        long initialValue = settings.Integer("initialValue", 0, long.MinValue, long.MaxValue);
        settings.End();
        return new CounterStateMachine(initialValue);
    }

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        if (command.Operation.Length != sizeof(long))
            throw new OperationRefusedException("A counter's command has 8 bytes: the number to add, big-endian.");
        _value = unchecked(_value + BinaryPrimitives.ReadInt64BigEndian(command.Operation.Span));
        Write(reply);
    }

    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        Write(reply);

    protected override void Save(IBufferWriter<byte> snapshot) => Write(snapshot);

    protected override void Load(ReadOnlySpan<byte> snapshot) => _value = BinaryPrimitives.ReadInt64BigEndian(snapshot);

    private void Write(IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), _value);
        output.Advance(sizeof(long));
    }
}
