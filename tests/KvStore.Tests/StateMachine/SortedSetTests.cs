using BftSmr;
using KvStore.Operations;
using static KvStore.Tests.StateMachine.SortedSetModel;

namespace KvStore.Tests.StateMachine;

public class SortedSetTests
{
    private readonly TestMachine _machine = new();

    [Fact]
    public void Scores_are_numbers_and_zero_has_no_sign()
    {
        Assert.Equal(KvErrorCode.Malformed, Add("z", double.NaN, "m"));
        Assert.Equal(1L, Add("z", -0.0, "m"));
        Assert.Equal(new object?[] { Bits(0), null }, _machine.Execute(Opcode.SortedSetScore, "z", "m", "n"));
        Add("z", double.PositiveInfinity, "m");
        Assert.Equal(
            KvErrorCode.ScoreNotANumber,
            _machine.Execute(
                Opcode.SortedSetAdd, "z", SortedSetFlags.Increment, Bits(double.NegativeInfinity), "m"));
        Assert.Equal(
            new object?[] { Bits(double.PositiveInfinity) }, _machine.Execute(Opcode.SortedSetScore, "z", "m"));
    }

    [Fact]
    public void Flags_that_contradict_are_refused()
    {
        foreach (SortedSetFlags flags in (SortedSetFlags[])[
            SortedSetFlags.IfAbsent | SortedSetFlags.IfPresent, SortedSetFlags.IfAbsent | SortedSetFlags.IfGreater,
            SortedSetFlags.IfGreater | SortedSetFlags.IfLess, SortedSetFlags.All + 1])
            Assert.Equal(KvErrorCode.Malformed, _machine.Execute(Opcode.SortedSetAdd, "z", flags, Bits(1), "m"));
        Assert.Equal(
            KvErrorCode.Malformed,
            _machine.Execute(Opcode.SortedSetAdd, "z", SortedSetFlags.Increment, Bits(1), "m", Bits(1), "n"));
        Assert.Equal(0, _machine.Store.Count);
    }

    [Fact]
    public void A_sorted_set_is_a_type_of_its_own()
    {
        Add("z", 1, "m");
        _machine.Execute(Opcode.SetAdd, "s", "m");
        Assert.Equal(5L, _machine.Execute(Opcode.TypeOf, "z"));
        Assert.Equal(KvErrorCode.WrongType, _machine.Execute(Opcode.SetAdd, "z", "m"));
        Assert.Equal(KvErrorCode.WrongType, Add("s", 1, "m"));
        Assert.Equal(KvErrorCode.WrongType, _machine.Execute(Opcode.SortedSetPop, 0, 1, "none", "s", "z"));
        Assert.Equal(1L, _machine.Execute(Opcode.Rename, "z", "y", 0));
        Assert.Equal(1L, _machine.Execute(Opcode.Copy, "y", "z", 0));
        Add("y", 2, "n");
        Assert.Equal(1L, _machine.Execute(Opcode.SortedSetCount, "z"));
        Assert.Equal(2L, _machine.Execute(Opcode.SortedSetCount, "y"));
        Assert.Equal(1L, _machine.Execute(Opcode.SortedSetRemove, "z", "m"));
        Assert.Equal(0L, _machine.Execute(Opcode.Exists, "z"));
    }

    [Fact]
    public void Sets_count_as_sorted_sets_whose_scores_are_1()
    {
        Add("z", 5, "a");
        _machine.Execute(Opcode.SetAdd, "s", "a", "b");
        Assert.Equal(
            new object?[] { "b", Bits(2), "a", Bits(7) },
            _machine.Execute(
                Opcode.SortedSetCombine, SetCombination.Union, ScoreAggregate.Sum, 1, "z", Bits(1), "s", Bits(2)));
        Assert.Equal(3L, _machine.Execute(Opcode.SortedSetSources, "z", "s", "none"));
        _machine.Execute(Opcode.Put, "text", "x", 0);
        Assert.Equal(KvErrorCode.WrongType, _machine.Execute(Opcode.SortedSetSources, "z", "text"));
    }

    [Fact]
    public void Many_members_survive_a_snapshot_and_a_frozen_one_stays_as_it_was()
    {
        Random random = new(1);
        TestMachine twin = new();
        for (int i = 0; i < 3_000; i++)
        {
            object?[] member = ["z", 0, Bits(random.Next(50) / 4.0), $"m{random.Next(2_000)}"];
            _machine.Execute(Opcode.SortedSetAdd, member);
            twin.Execute(Opcode.SortedSetAdd, member);
        }
        using IStateChanges frozen = _machine.Store.Freeze();
        for (int i = 0; i < 500; i++) _machine.Execute(Opcode.SortedSetPop, i % 2, 1, "z");
        _machine.Records.Apply(frozen);
        Assert.Equal(twin.Snapshot(), _machine.Records.ToBytes());
        TestMachine copy = new();
        copy.Install(_machine.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), copy.Store.StateDigest());
        object?[] all = ["z", RangeBy.Rank, 0, -1, RangeEnds.None, 0, 0, -1, 1];
        Assert.Equal(_machine.Execute(Opcode.SortedSetRange, all), copy.Execute(Opcode.SortedSetRange, all));
    }

    [Fact]
    public void Its_size_is_counted_and_goes_back_to_nothing()
    {
        for (int i = 0; i < 100; i++) Add("z", i % 7, $"m{i}");
        long members = Enumerable.Range(0, 100).Sum(
            static i => 2L * ($"m{i}".Length + 8 + KvLimits.ElementOverheadBytes));
        Assert.Equal(KvLimits.EntryOverheadBytes + 1 + members, _machine.Store.StateBytes);
        for (int i = 0; i < 100; i++) Add("z", i % 3, $"m{i}");
        Assert.Equal(KvLimits.EntryOverheadBytes + 1 + members, _machine.Store.StateBytes);
        _machine.Execute(Opcode.SortedSetRemoveRange, "z", RangeBy.Rank, 0, 97, RangeEnds.None);
        _machine.Execute(Opcode.SortedSetPop, 1, 5, "z");
        Assert.Equal(0, _machine.Store.StateBytes);
        TestMachine full = new(KvLimits.StateBytesMaxMin);
        Add("z", 1, new string('m', KvLimits.KeyBytesMax));
        Assert.Equal(1L, _machine.Execute(Opcode.SortedSetCount, "z"));
        object? reply = 1L;
        for (int i = 0; reply is 1L; i++)
            reply = full.Execute(Opcode.SortedSetAdd, "z", 0, Bits(i), $"{i}{new string('m', 60_000)}");
        Assert.Equal(KvErrorCode.StateFull, reply);
    }

    [Fact]
    public void The_work_and_the_reply_of_a_command_are_bounded()
    {
        object?[] pairs = [.. Enumerable.Range(0, 10_000).SelectMany(static i => new object?[] { Bits(i), $"{i:x}" })];
        for (int i = 0; i < 3; i++) _machine.Execute(Opcode.SortedSetAdd, [$"z{i}", 0, .. pairs]);
        Assert.Equal(
            KvErrorCode.TooMuchWork, _machine.Execute(Opcode.SortedSetAdd, ["z", 0, .. pairs, .. pairs]));
        // Part of one is removed member by member, all of it at once.
        for (int i = 10_000; i < 40_000; i += 10_000)
        {
            pairs = [.. Enumerable.Range(i, 10_000).SelectMany(static i => new object?[] { Bits(i), $"{i:x}" })];
            _machine.Execute(Opcode.SortedSetAdd, ["z0", 0, .. pairs]);
        }
        object?[] most = ["z0", RangeBy.Rank, 1, -1, RangeEnds.None], all = ["z0", RangeBy.Rank, 0, -1, RangeEnds.None];
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.SortedSetRemoveRange, most));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.SortedSetPop, 0, 39_999, "z0"));
        Assert.Equal(
            KvErrorCode.TooMuchWork, _machine.Execute(Opcode.SortedSetRangeAndStore, ["x", .. all, 0, 0, -1]));
        Assert.Equal(40_000L, _machine.Execute(Opcode.SortedSetRemoveRange, all));

        for (int i = 0; i < 20; i++) Add("large", i, $"{i}{new string('m', 60_000)}");
        Assert.Equal(
            KvErrorCode.ReplyTooLong,
            _machine.Execute(Opcode.SortedSetRange, "large", RangeBy.Rank, 0, -1, RangeEnds.None, 0, 0, -1, 1));
        Assert.Equal(KvErrorCode.ReplyTooLong, _machine.Execute(Opcode.SortedSetPop, 0, 20, "large"));
        Assert.Equal(
            KvErrorCode.ReplyTooLong,
            _machine.Execute(
                Opcode.SortedSetCombine, SetCombination.Union, ScoreAggregate.Sum, 0, "large", Bits(1)));
        Assert.Equal(20L, _machine.Execute(Opcode.SortedSetCount, "large"));
    }

    [Fact]
    public void Members_at_random_are_members()
    {
        for (int i = 0; i < 5; i++) Add("z", i, $"m{i}");
        for (int number = 0; number < 50; number++)
        {
            Assert.StartsWith("m", (string)_machine.Execute(Opcode.SortedSetRandom, "z", number)!);
            object?[] chosen = _machine.ExecuteArray(Opcode.SortedSetRandom, "z", number, 3, 1);
            Assert.Equal(3, chosen.Chunk(2).Select(static c => c[0]).Distinct().Count());
            Assert.All(chosen.Chunk(2), static c => Assert.Equal(Bits(((string)c[0]!)[1] - '0'), c[1]));
            Assert.Equal(7, _machine.ExecuteArray(Opcode.SortedSetRandom, "z", number, -7, 0).Length);
        }
        Assert.Null(_machine.Execute(Opcode.SortedSetRandom, "none", 1));
    }

    private object? Add(string key, double score, string member) =>
        _machine.Execute(Opcode.SortedSetAdd, key, SortedSetFlags.None, Bits(score), member);
}
