using BftSmr.Codec;
using BftSmr.Messages;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace BftSmr.Tests.Codec;

public sealed class RoundTripTests
{
    private static readonly Arbitrary<(int Seed, int Size)> Cases =
        Gen.Sized(static size => Gen.Choose(int.MinValue, int.MaxValue).Select(seed => (seed, size))).ToArbitrary();

    [Property]
    public Property Every_peer_message_is_decoded_to_what_was_encoded() => Check(static messages =>
    {
        foreach (PeerMessage message in messages.EveryPeerMessage())
        {
            byte[] encoded = Wire.Encode(message);
            if (!PeerMessageCodec.TryDecode(encoded, RandomMessages.Limits, out PeerMessage? decoded))
                return $"{message} was refused";
            if (Structure.Difference(message, decoded) is { } difference) return $"{message} differs at {difference}";
            if (!Wire.Encode(decoded).AsSpan().SequenceEqual(encoded))
                return $"{message} was encoded differently the second time";
        }
        return null;
    });

    [Property]
    public Property Every_client_message_is_decoded_to_what_was_encoded() => Check(static messages =>
    {
        foreach (ClientMessage message in messages.EveryClientMessage())
        {
            byte[] encoded = Wire.Encode(message);
            if (!ClientMessageCodec.TryDecode(encoded, RandomMessages.Limits, out ClientMessage? decoded))
                return $"{message} was refused";
            if (Structure.Difference(message, decoded) is { } difference) return $"{message} differs at {difference}";
            if (!Wire.Encode(decoded).AsSpan().SequenceEqual(encoded))
                return $"{message} was encoded differently the second time";
        }
        return null;
    });

    [Property]
    public Property Every_log_record_is_decoded_to_what_was_encoded() => Check(static messages =>
    {
        foreach (LogRecord record in messages.EveryLogRecord())
        {
            byte[] encoded = Wire.Encode(record);
            if (!LogRecordCodec.TryDecode(encoded, RandomMessages.Limits, out LogRecord? decoded))
                return $"{record} was refused";
            if (Structure.Difference(record, decoded) is { } difference) return $"{record} differs at {difference}";
            if (!Wire.Encode(decoded).AsSpan().SequenceEqual(encoded))
                return $"{record} was encoded differently the second time";
        }
        return null;
    });

    [Property]
    public Property Every_batch_is_decoded_to_what_was_encoded() => Check(static messages =>
    {
        Batch batch = messages.Batch();
        if (!BatchCodec.TryDecode(batch.Encoded, RandomMessages.Limits, out Batch? decoded)) return "refused";
        return Structure.Difference(batch, decoded);
    });

    [Property]
    public Property No_message_is_taken_for_one_of_another_link_or_for_a_log_record() => Check(static messages =>
    {
        string[] kinds = ["peer", "client", "log"];
        foreach (string kind in kinds)
        {
            foreach (byte[] encoded in Wire.Decoders[kind].Valid(messages))
            {
                foreach (string other in kinds)
                {
                    if (Wire.Decoders[other].Accepts(encoded) != (other == kind))
                        return $"a {kind} message and the {other} decoder";
                }
            }
        }
        return null;
    });

    [Fact]
    public void Each_kind_of_message_and_each_of_its_properties_is_covered()
    {
        HashSet<Type> unseen = [.. typeof(PeerMessage).Assembly.GetTypes().Where(static t => !t.IsAbstract
            && (t.IsAssignableTo(typeof(PeerMessage)) || t.IsAssignableTo(typeof(ClientMessage))
                || t.IsAssignableTo(typeof(LogRecord))))];
        HashSet<string> unset =
            [.. unseen.SelectMany(static t => Structure.Properties(t).Select(p => $"{t.Name}.{p.Name}"))];
        for (int seed = 0; seed < 100; seed++)
        {
            RandomMessages messages = new(seed, 10);
            foreach (object message in messages.EveryPeerMessage().Cast<object>().Concat(messages.EveryClientMessage())
                .Concat(messages.EveryLogRecord()))
            {
                unseen.Remove(message.GetType());
                foreach (var property in Structure.Properties(message.GetType()))
                {
                    object? value = property.GetValue(message);
                    object? nothing = property.PropertyType.IsValueType
                        ? Activator.CreateInstance(property.PropertyType)
                        : null;
                    if (!Equals(value, nothing)) unset.Remove($"{message.GetType().Name}.{property.Name}");
                }
            }
        }
        Assert.Empty(unseen);
        Assert.Empty(unset);
    }

    private static Property Check(Func<RandomMessages, string?> difference) => Prop.ForAll(Cases, one =>
        difference(new RandomMessages(one.Seed, one.Size)) is { } found ? false.Label(found) : true.Label(""));
}
