using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Codec;
using BftSmr.Messages;

namespace Sequencer.Tests;

/// <summary>The sequencer's one message, and its one record.</summary>
internal sealed class SequencerMessages : MessageFamily
{
    public const int OrderedNumber = FirstNumber, RecordNumber = FirstNumber + 1;

    public static SequencerMessages Instance { get; } = new();

    public override bool TryReadMessage(
        ref CanonicalReader reader, int number, int fields, CodecLimits limits,
        [NotNullWhen(true)] out FamilyMessage? message)
    {
        message = number == OrderedNumber
            && TryRead(ref reader, fields, limits, out Instance instance, out Batch? batch)
            ? new Ordered(instance, batch) : null;
        return message is not null;
    }

    public override bool TryReadRecord(
        ref CanonicalReader reader, int number, int fields, CodecLimits limits,
        [NotNullWhen(true)] out FamilyRecord? record)
    {
        record = number == RecordNumber && TryRead(ref reader, fields, limits, out Instance instance, out Batch? batch)
            ? new OrderRecorded(instance, batch) : null;
        return record is not null;
    }

    private static bool TryRead(
        ref CanonicalReader reader, int fields, CodecLimits limits, out Instance instance,
        [NotNullWhen(true)] out Batch? batch)
    {
        (instance, batch) = (default, null);
        return fields == 2 && reader.TryReadInstance(out instance) && BatchCodec.TryRead(ref reader, limits, out batch);
    }
}

/// <summary>The sequencer put this batch at this place.</summary>
internal sealed record Ordered(Instance Instance, Batch Batch) : FamilyMessage
{
    public override int Number => SequencerMessages.OrderedNumber;

    public override int FieldCount => 2;

    public override void WriteFields(ref CanonicalWriter writer)
    {
        writer.WriteInt64(Instance.Value);
        BatchCodec.Write(ref writer, Batch);
    }
}

/// <summary>This replica knows that; on disk before anything follows from it.</summary>
internal sealed record OrderRecorded(Instance Instance, Batch Batch) : FamilyRecord
{
    public override int Number => SequencerMessages.RecordNumber;

    public override int FieldCount => 2;

    public override void WriteFields(ref CanonicalWriter writer)
    {
        writer.WriteInt64(Instance.Value);
        BatchCodec.Write(ref writer, Batch);
    }
}
