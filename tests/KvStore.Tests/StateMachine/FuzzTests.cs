using System.Buffers;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

public class FuzzTests
{
    private static readonly Opcode[] Opcodes = Enum.GetValues<Opcode>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_bytes_get_one_bounded_reply_and_two_stores_stay_equal(int seed)
    {
        Random random = new(seed);
        TestMachine first = new(), second = new();
        for (int i = 0; i < 40_000; i++)
        {
            byte[] operation = RandomOperation(random);
            byte[] reply = first.Execute(operation);
            Assert.Equal(reply, second.Execute(operation));
            Assert.InRange(reply.Length, 1, KvLimits.ReplyBytesMax);
            Op.Read(reply); // exactly one well-formed element
            if (i % 10 != 0) continue;
            Array.Reverse(operation);
            ArrayBufferWriter<byte> answer = new();
            first.Store.Query(operation, TestMachine.AsOf(first.NowMicros), answer);
            Assert.InRange(answer.WrittenCount, 2, KvLimits.ReplyBytesMax);
        }
        Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
        byte[] snapshot = first.Snapshot();
        Assert.Equal(snapshot, second.Snapshot());
        second.Install(snapshot);
        Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
    }

    [Fact]
    public void Queries_leave_the_state_as_it_is()
    {
        Random random = new(4);
        TestMachine machine = new();
        for (int i = 0; i < 5_000; i++) machine.Execute(RandomOperation(random));
        byte[] before = machine.Snapshot();
        ArrayBufferWriter<byte> reply = new();
        for (int i = 0; i < 20_000; i++)
        {
            machine.Store.Query(RandomOperation(random), TestMachine.AsOf(machine.NowMicros), reply);
            reply.Clear();
        }
        Assert.Equal(before, machine.Snapshot());
    }

    public static byte[] RandomOperation(Random random)
    {
        object?[] operation = random.Next(10) switch
        {
            0 =>
                Op.Nested(
                    Opcode.Pipeline,
                    [.. Enumerable.Range(0, random.Next(4)).Select(_ => (object?)RandomCommand(random))]),
            1 =>
                Op.Nested(
                    Opcode.Transaction,
                    [
                        RandomConditions(random),
                        .. Enumerable.Range(0, random.Next(4)).Select(_ => (object?)RandomCommand(random)),
                    ]),
            _ => RandomCommand(random),
        };
        byte[] bytes = Op.Bytes(operation);
        switch (random.Next(8))
        {
            case 0:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                break;
            case 1:
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case 2:
                bytes = [.. bytes, (byte)random.Next(256)];
                break;
        }
        return bytes;
    }

    private static object?[] RandomConditions(Random random) =>
        [.. Enumerable.Range(0, random.Next(3))
            .Select(_ => (object?)new object?[] { RandomArgument(random), RandomArgument(random) })];

    private static object?[] RandomCommand(Random random) =>
        Op.Nested(
            Opcodes[random.Next(Opcodes.Length)],
            [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomArgument(random))]);

    private static object? RandomArgument(Random random) => random.Next(12) switch
    {
        0 => null,
        1 => true,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 or 4 or 5 => random.Next(-3, 70),
        6 => random.Next(-50, 50).ToString(System.Globalization.CultureInfo.InvariantCulture),
        7 => new byte[random.Next(0, 2_000)],
        _ => ((char)('a' + random.Next(4))).ToString(),
    };
}
