using KvStore.Commands;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>Choice by chance: alike at all replicas, unlike from command to command, and even.</summary>
public class ChoiceTests
{
    private const int Members = 1_000;

    [Fact]
    public void Pops_of_one_batch_differ_and_replicas_agree()
    {
        TestMachine first = new(), second = new();
        byte[][] pops = [.. Enumerable.Range(0, 20).Select(i => Op.Of(Opcode.SetPop, $"s{i}"))];
        byte[] pipeline = Op.Bytes(Op.Nested(
            Opcode.Pipeline, [.. Enumerable.Range(0, 20).Select(i => (object?)Op.Nested(Opcode.SetPop, $"s{i}", 2))]));
        List<byte[][]> replies = [];
        foreach (TestMachine machine in (TestMachine[])[first, second])
        {
            for (int i = 0; i < 20; i++) machine.Execute(Opcode.SetAdd, [$"s{i}", .. Names(Members)]);
            replies.Add([.. machine.ExecuteBatch(pops), machine.Execute(pipeline)]);
        }
        Assert.Equal(replies[0], replies[1]);
        Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
        Assert.Equal(first.Snapshot(), second.Snapshot());
        Assert.InRange(replies[0][..20].Select(Convert.ToHexString).Distinct().Count(), 15, 20);
        object?[] pairs = (object?[])Op.Read(replies[0][20])!;
        Assert.InRange(pairs.Select(static p => string.Join(' ', (object?[])p!)).Distinct().Count(), 15, 20);
    }

    [Fact]
    public void A_replica_with_another_tree_in_memory_chooses_alike()
    {
        TestMachine first = new(), second = new();
        Random random = new(1);
        for (int i = 0; i < 10_000; i++)
        {
            Opcode opcode = random.Next(3) > 0 ? Opcode.SetAdd : Opcode.SetRemove;
            first.Execute(opcode, "s", random.Next(5_000).ToString("x", null));
        }
        second.NowMicros = first.NowMicros;
        second.Install(first.Snapshot());
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(first.Execute(Opcode.SetPop, "s"), second.Execute(Opcode.SetPop, "s"));
            Assert.Equal(
                first.Query(Opcode.SetRandom, "s", i, -5).Reply, second.Query(Opcode.SetRandom, "s", i, -5).Reply);
        }
        Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
    }

    [Fact]
    public void Seeds_and_numbers_decide_evenly()
    {
        const int Draws = 20_000, Few = 10, Expected = Draws / Few;
        TestMachine machine = new();
        machine.Execute(Opcode.SetAdd, ["s", .. Names(Few)]);
        Dictionary<object, int> popped = [], told = [], toldThree = [];
        for (int i = 0; i < Draws; i++)
        {
            object member = machine.Execute(Opcode.SetPop, "s")!; // each batch has another seed
            machine.Execute(Opcode.SetAdd, "s", member);
            Count(popped, member);
            Count(told, machine.Query(Opcode.SetRandom, "s", i).Reply!);
            object?[] three = (object?[])machine.Query(Opcode.SetRandom, "s", i, 3).Reply!;
            foreach (object? one in three) Count(toldThree, one!);
        }
        Assert.All(popped.Values, static n => Assert.InRange(n, Expected * 9 / 10, Expected * 11 / 10));
        Assert.All(told.Values, static n => Assert.InRange(n, Expected * 9 / 10, Expected * 11 / 10));
        Assert.All(toldThree.Values, static n => Assert.InRange(n, 3 * Expected * 9 / 10, 3 * Expected * 11 / 10));
        Assert.Equal((Few, Few, Few), (popped.Count, told.Count, toldThree.Count));
    }

    [Fact]
    public void Selections_have_different_numbers_ascending()
    {
        SeededNumbers numbers = new(7);
        for (int count = 1; count < 100; count++)
        {
            for (int chosen = 0; chosen <= count; chosen++)
            {
                int[] selection = numbers.Distinct(chosen, count);
                Assert.Equal(chosen, selection.Length);
                Assert.All(selection, n => Assert.InRange(n, 0, count - 1));
                Assert.Equal(selection.Distinct().Order(), selection);
            }
        }
    }

    [Fact]
    public void Fields_are_told_with_their_values_if_asked_for()
    {
        TestMachine machine = new();
        for (int i = 0; i < 50; i++) machine.Execute(Opcode.HashPut, "h", $"f{i}", $"v{i}");
        for (int i = 0; i < 100; i++)
        {
            object?[] told = (object?[])machine.Query(Opcode.HashRandom, "h", i, 5, 3).Reply!;
            Assert.Equal(10, told.Length);
            Assert.All(told.Chunk(2), static p => Assert.Equal(((string)p[0]!)[1..], ((string)p[1]!)[1..]));
        }
        Assert.Equal(50, ((object?[])machine.Query(Opcode.HashRandom, "h", 1, 1000, 1).Reply!).Length);
        Assert.IsType<string>(machine.Query(Opcode.HashRandom, "h", 1).Reply);
        Assert.Null(machine.Query(Opcode.HashRandom, "none", 1).Reply);
        Assert.Empty((object?[])machine.Query(Opcode.HashRandom, "none", 1, 2, 3).Reply!);
    }

    [Fact]
    public void A_choice_whose_reply_does_not_fit_changes_nothing()
    {
        TestMachine machine = new();
        for (int i = 0; i < 30; i++)
            machine.Execute(Opcode.SetAdd, "s", new string((char)('a' + i), KvLimits.KeyBytesMax));
        Assert.Equal(KvErrorCode.ReplyTooLong, machine.Execute(Opcode.SetPop, "s", 20));
        Assert.Equal(KvErrorCode.ReplyTooLong, machine.Execute(Opcode.SetRandom, "s", 1, -20));
        Assert.Equal(KvErrorCode.ReplyTooLong, machine.Execute(Opcode.SetRandom, "s", 1, -long.MaxValue));
        Assert.Equal(30L, machine.Execute(Opcode.SetCount, "s"));
        Assert.Equal(10, machine.ExecuteArray(Opcode.SetPop, "s", 10).Length);
        Assert.Equal(20L, machine.Execute(Opcode.SetCount, "s"));
    }

    [Fact]
    public void A_key_at_random_is_none_that_expired()
    {
        TestMachine machine = new();
        Assert.Null(machine.Query(Opcode.RandomKey, 1).Reply);
        machine.Execute(Opcode.Put, "stays", "v", 0);
        for (int i = 0; i < 3_000; i++)
            machine.Execute(Opcode.Put, $"goes {i}", "v", WriteFlags.ExpiresIn, TestMachine.Second);
        Assert.NotEqual(machine.Query(Opcode.RandomKey, 1).Reply, machine.Query(Opcode.RandomKey, 2).Reply);
        machine.NowMicros += 2 * TestMachine.Second;
        for (int i = 0; i < 50; i++) Assert.Equal(("stays", (object?)null), machine.Query(Opcode.RandomKey, i));
        machine.Execute(Opcode.Delete, "stays");
        Assert.Null(machine.Query(Opcode.RandomKey, 1).Reply);
    }

    private static object?[] Names(int count) => [.. Enumerable.Range(0, count).Select(static i => $"m{i}")];

    private static void Count(Dictionary<object, int> counts, object what) =>
        counts[what] = counts.GetValueOrDefault(what) + 1;
}
