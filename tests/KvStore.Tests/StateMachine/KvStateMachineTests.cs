using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

public class KvStateMachineTests
{
    private readonly TestMachine _machine = new();

    [Fact]
    public void A_pipeline_goes_on_after_errors_and_ends_where_replies_no_longer_fit()
    {
        object?[] replies = _machine.ExecuteArray(
            Opcode.Pipeline, Op.Nested(Opcode.Put, "a", "x", 0), Op.Nested(Opcode.Increment, "a", 1),
            Op.Nested(Opcode.Get), Op.Nested(Opcode.Get, "a"));
        Assert.Equal([true, KvErrorCode.NotAnInteger, KvErrorCode.Malformed, "x"], replies);

        _machine.Execute(Opcode.Put, "large", new byte[KvLimits.ValueBytesMax], 0);
        object?[] get = Op.Nested(Opcode.Get, "large");
        replies = _machine.ExecuteArray(
            Opcode.Pipeline, get, Op.Nested(Opcode.Increment, "n", 1), get, get, Op.Nested(Opcode.Increment, "n", 1));
        Assert.Equal(2, replies.Length); // the second value would not fit
        Assert.Equal("1", _machine.Execute(Opcode.Get, "n"));
        Assert.Equal([], _machine.ExecuteArray(Opcode.Pipeline));
    }

    [Fact]
    public void A_transaction_executes_all_or_none()
    {
        object? reply = _machine.Execute(
            Opcode.Transaction, new object?[] { new object?[] { "a", null } }, Op.Nested(Opcode.Put, "a", "1", 0),
            Op.Nested(Opcode.Increment, "a", 1));
        Assert.Equal(new object?[] { true, 2L }, reply);
        reply = _machine.Execute(
            Opcode.Transaction,
            new object?[] { new object?[] { "a", true }, new object?[] { "a", "3" }, new object?[] { "b", null } },
            Op.Nested(Opcode.Put, "b", "1", 0));
        Assert.Equal(1L, reply);
        Assert.Null(_machine.Execute(Opcode.Get, "b"));
        // A malformed condition: nothing, though the command is right.
        Assert.Equal(
            KvErrorCode.Malformed,
            _machine.Execute(
                Opcode.Transaction, new object?[] { new object?[] { "a" } }, Op.Nested(Opcode.Put, "b", "1", 0)));
        Assert.Equal(
            KvErrorCode.Malformed,
            _machine.Execute(Opcode.Transaction, "no conditions", Op.Nested(Opcode.Put, "b", "1", 0)));
        Assert.Null(_machine.Execute(Opcode.Get, "b"));
        // Neither nests.
        Assert.Equal([KvErrorCode.Malformed], _machine.ExecuteArray(Opcode.Pipeline, Op.Nested(Opcode.Pipeline)));
    }

    [Fact]
    public void Revisions_never_repeat()
    {
        HashSet<long> seen = [0];
        for (int i = 0; i < 3; i++)
        {
            _machine.Execute(Opcode.Put, "a", "same", 0);
            Assert.True(seen.Add(Revision("a")));
            _machine.Execute(Opcode.Expire, "a", WriteFlags.ExpiresIn, 1000);
            Assert.True(seen.Add(Revision("a")));
            _machine.Execute(Opcode.Delete, "a");
            Assert.Equal(0, Revision("a"));
            _machine.Execute(Opcode.SetAdd, "a", "m");
            Assert.True(seen.Add(Revision("a")));
            _machine.Execute(Opcode.SetAdd, "a", "m"); // changes nothing
            Assert.Contains(Revision("a"), seen);
            _machine.Execute(Opcode.Delete, "a");
        }
    }

    [Fact]
    public void Expired_entries_are_invisible_at_once_and_reclaimed_little_by_little_in_the_same_order_everywhere()
    {
        const int Count = 3 * KvLimits.ReclaimedPerBatchMax / 2;
        TestMachine other = new();
        foreach (TestMachine machine in (TestMachine[])[_machine, other])
        {
            for (int i = 0; i < Count; i++)
                machine.Execute(Opcode.Put, $"k{i}", "v", WriteFlags.ExpiresIn, 1_000_000 - i % 7);
        }
        _machine.NowMicros += 2_000_000;
        other.Install(_machine.Snapshot()); // the other one's index comes from the snapshot
        other.NowMicros = _machine.NowMicros;
        Assert.Equal(Count, _machine.Store.Count);
        Assert.Equal(0L, _machine.Execute(Opcode.Exists, "k0", "k1", $"k{Count - 1}"));
        Assert.Equal(0L, other.Execute(Opcode.Exists, "k0", "k1", $"k{Count - 1}"));
        Assert.Equal(Count - KvLimits.ReclaimedPerBatchMax, _machine.Store.Count);
        Assert.Equal(_machine.Snapshot(), other.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), other.Store.StateDigest());
        Assert.Equal(new object?[] { null }, _machine.Query(Opcode.List, "", 0, null, 4096).Reply);
        _machine.Execute(Opcode.Count);
        Assert.Equal(0, _machine.Store.Count);
        Assert.Equal(0, _machine.Store.StateBytes);
    }

    [Fact]
    public void A_query_tells_until_when_its_answer_holds()
    {
        _machine.Execute(Opcode.Put, "a", "1", WriteFlags.ExpiresIn, 5_000);
        long first = _machine.NowMicros + 5_000;
        _machine.Execute(Opcode.Put, "b", "2", WriteFlags.ExpiresIn, 9_000);
        _machine.Execute(Opcode.Put, "c", "3", 0);
        Assert.Equal(("1", (object?)first), _machine.Query(Opcode.Get, "a"));
        Assert.Equal(("3", null), _machine.Query(Opcode.Get, "c"));
        Assert.Equal((object?)first, _machine.Query(Opcode.Exists, "a", "b", "c").Until);
        Assert.Equal((object?)first, _machine.Query(Opcode.Count).Until);
        Assert.Equal((object?)first, _machine.Query(Opcode.List, "", 0, null, 10).Until);
        Assert.Null(_machine.Query(Opcode.List, "c", 0, null, 10).Until);
        Assert.Equal(((object?)KvErrorCode.NotAQuery, null), _machine.Query(Opcode.Delete, "a"));
        Assert.Equal(KvErrorCode.NotAQuery, _machine.Query(Opcode.Transaction, Array.Empty<object>()).Reply);
        Assert.Equal(
            new object?[] { "1", KvErrorCode.NotAQuery },
            _machine.Query(Opcode.Pipeline, Op.Nested(Opcode.Get, "a"), Op.Nested(Opcode.Clear)).Reply);
    }

    [Fact]
    public void A_frozen_state_stays_as_it_was_while_execution_goes_on()
    {
        Random random = new(1);
        TestMachine twin = new(); // executes what the other one did before it was frozen
        byte[][] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => FuzzTests.RandomOperation(random))];
        byte[][] operations = Random(3_000);
        foreach (byte[] operation in operations) _machine.Execute(operation);
        for (int round = 0; round < 20; round++)
        {
            using IStateChanges frozen = _machine.Store.Freeze();
            foreach (byte[] operation in operations) twin.Execute(operation);
            operations = [.. Random(500), .. round % 5 == 0 ? [Op.Of(Opcode.Clear)] : Random(1)];
            foreach (byte[] operation in operations[..250]) _machine.Execute(operation);
            Assert.True(frozen.TryRead(out StateChange first));
            Assert.Equal(TestChange.HeaderKey, first.Key);
            foreach (byte[] operation in operations[250..]) _machine.Execute(operation);
            Assert.Equal(TestChange.Shown(twin.Freeze().Skip(1)), TestChange.Shown(TestChange.ReadAll(frozen)));
        }
    }

    [Fact]
    public void The_digest_tells_states_apart_by_value_type_expiry_and_revision()
    {
        HashSet<Digest> seen = [];
        foreach ((Opcode, object?[])[] history in ((Opcode, object?[])[][])
        [
            [],
            [(Opcode.Put, ["a", "1", 0])],
            [(Opcode.Put, ["a", "2", 0])],
            [(Opcode.Put, ["b", "1", 0])],
            [(Opcode.Put, ["a", "1", WriteFlags.ExpiresAt, 2_000_000_000_000_000])],
            [(Opcode.Put, ["a", "1", WriteFlags.ExpiresAt, 2_000_000_000_000_001])],
            [(Opcode.Put, ["a", "2", 0]), (Opcode.Put, ["a", "1", 0])],
            [(Opcode.SetAdd, ["a", "1"])],
            [(Opcode.HashPut, ["a", "1", ""])],
            [(Opcode.ListPush, ["a", 0, 0, "1"])],
            [(Opcode.ListPush, ["a", 1, 0, "1"])],
            [(Opcode.ListPush, ["a", 1, 0, "1", "2"])],
            [(Opcode.ListPush, ["a", 1, 0, "2", "1"])],
        ])
        {
            TestMachine first = new(), second = new();
            foreach ((Opcode opcode, object?[] arguments) in history)
            {
                first.Execute(opcode, arguments);
                first.Store.StateDigest(); // reading it in between changes nothing
                second.Execute(opcode, arguments);
            }
            Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
            Assert.True(seen.Add(first.Store.StateDigest()));
        }
    }

    [Fact]
    public void Collections_of_many_elements_survive_a_snapshot()
    {
        for (int i = 0; i < 2_000; i++)
        {
            _machine.Execute(Opcode.HashPut, "hash", $"f{i}", $"{i}");
            _machine.Execute(Opcode.SetAdd, "set", $"m{i}");
            _machine.Execute(Opcode.ListPush, "list", i % 2, 0, $"e{i}");
        }
        TestMachine copy = new() { NowMicros = _machine.NowMicros };
        copy.Install(_machine.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), copy.Store.StateDigest());
        Assert.Equal(_machine.Store.StateBytes, copy.Store.StateBytes);
        foreach ((Opcode opcode, object?[] arguments) in ((Opcode, object?[])[])[
            (Opcode.HashGetAll, ["hash", 3]), (Opcode.SetMembers, ["set"]), (Opcode.ListRange, ["list", 0, -1])])
            Assert.Equal(_machine.Execute(opcode, arguments), copy.Execute(opcode, arguments));
        // What was changed before a freeze and after it does not show in the copy.
        _machine.Execute(Opcode.ListPop, "list", 0);
        Assert.Equal(2_000L, copy.Execute(Opcode.ListCount, "list"));
    }

    [Fact]
    public void After_records_that_are_refused_the_store_can_be_loaded_again()
    {
        _machine.Execute(Opcode.Put, "a", "1", 0);
        TestMachine other = new();
        other.Execute(Opcode.Put, "b", "2", 0);
        Assert.Throws<InvalidDataException>(() => other.Install(Op.Bytes(Array.Empty<object?>())));
        other.Install(_machine.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), other.Store.StateDigest());
        Assert.Null(other.Execute(Opcode.Get, "b"));
    }

    [Fact]
    public void A_renamed_collection_is_the_same_collection()
    {
        _machine.Execute(Opcode.HashPut, "a", "f", "v");
        _machine.Execute(Opcode.Expire, "a", WriteFlags.ExpiresIn, 1_000_000);
        byte[] before = _machine.Snapshot();
        Assert.Equal(1L, _machine.Execute(Opcode.Rename, "a", "b", 0));
        Assert.Equal(0L, _machine.Execute(Opcode.Exists, "a"));
        _machine.Execute(Opcode.HashPut, "b", "g", "w");
        Assert.Equal(new object?[] { "f", "v", "g", "w" }, _machine.Execute(Opcode.HashGetAll, "b", 3));
        Assert.InRange((long)_machine.Execute(Opcode.TimeToLive, "b")!, 1, 1_000_000);
        _machine.Install(before);
        Assert.Equal(new object?[] { "f", "v" }, _machine.Execute(Opcode.HashGetAll, "a", 3));
        Assert.Equal(KvErrorCode.NoSuchKey, _machine.Execute(Opcode.Rename, "x", "y", 0));
    }

    [Fact]
    public void Appending_to_a_long_value_byte_by_byte_does_not_copy_it_each_time()
    {
        _machine.Execute(Opcode.Put, "a", new byte[KvLimits.ValueBytesMax - 10_000], 0);
        byte[] append = Op.Of(Opcode.Append, "a", "x");
        _machine.Execute(append);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5_000; i++) _machine.Execute(append);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000); // copying would take 2.5 GB
    }

    private long Revision(string key) => (long)_machine.ExecuteArray(Opcode.Revision, key)[0]!;
}
