using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>No operation, however it is made up of legal commands, costs a replica more than it may.</summary>
public class WorkTests
{
    private const int LookupsMax = (int)(KvLimits.WorkMax / KvLimits.WorkPerLookup);

    private readonly TestMachine _machine = new();

    [Fact]
    public void A_command_names_no_more_keys_than_an_operation_may_look_up()
    {
        object?[] many = [.. Enumerable.Repeat("k", 300_000)];
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.Exists, many));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Query(Opcode.Exists, many).Reply);
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.Delete, Keys(LookupsMax)));
        Assert.Equal(0L, _machine.Execute(Opcode.Exists, Keys(LookupsMax - 1))); // the command itself is one
    }

    [Fact]
    public void A_refused_command_changes_nothing()
    {
        _machine.Execute(Opcode.ListPush, ["list", 1, 0, .. Keys(20_000)]);
        _machine.Execute(Opcode.ListPush, ["list", 1, 0, .. Keys(20_000)]);
        object before = _machine.Store.StateDigest();

        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.MultiPut, Keys(2 * LookupsMax)));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.MultiPutIfAbsent, Keys(2 * LookupsMax)));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.HashPut, ["hash", .. Keys(2 * LookupsMax)]));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.SetAdd, ["set", .. Keys(LookupsMax)]));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.ListPush, ["list", 0, 0, .. Keys(LookupsMax)]));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.ListPop, "list", 0, 40_000));
        Assert.Equal(KvErrorCode.TooMuchWork, _machine.Execute(Opcode.ListTrim, "list", 0, 0));
        Assert.Equal(before, _machine.Store.StateDigest());

        Assert.Equal(true, _machine.Execute(Opcode.ListTrim, "list", 0, 20_000));
        Assert.Equal(20_001L, _machine.Execute(Opcode.ListCount, "list"));
    }

    [Fact]
    public void A_transaction_does_not_change_large_values_again_and_again()
    {
        string[] keys = ["a", "b", "c"];
        foreach (string key in keys) _machine.Execute(Opcode.Put, key, new byte[KvLimits.ValueBytesMax], 0);
        foreach (object?[] change in (object?[][])[
            [Opcode.Append, ""], [Opcode.SetRange, 0, "x"], [Opcode.Expire, WriteFlags.ExpiresIn, 1_000_000_000]])
        {
            object?[] replies = Transaction(i => Op.Nested((Opcode)change[0]!, [keys[i % 3], .. change[1..]]));
            Assert.Equal(KvErrorCode.TooMuchWork, replies[^1]);
        }
        object?[] made = Transaction(i => Op.Nested(Opcode.SetRange, $"new {i}", KvLimits.ValueBytesMax - 1, "x"));
        Assert.Equal(KvErrorCode.TooMuchWork, made[^1]);
    }

    [Fact]
    public void A_transaction_does_not_walk_or_parse_again_and_again()
    {
        for (int i = 0; i < 10; i++)
        {
            object?[] fields = [.. Keys(20_000).Select(k => $"{i}{k}")];
            _machine.Execute(Opcode.HashPut, ["hash", .. fields]);
            _machine.Execute(Opcode.SetAdd, ["set", .. fields]);
            _machine.Execute(Opcode.ListPush, ["list", 1, 0, .. fields]);
            _machine.Execute(Opcode.MultiPut, fields);
        }
        _machine.Execute(Opcode.HashPut, "decimal", "f", new string('1', KvLimits.ValueBytesMax));
        _machine.Execute(Opcode.Put, "decimal string", new string('1', KvLimits.ValueBytesMax), 0);
        foreach (object?[] command in (object?[][])[
            Op.Nested(Opcode.HashGetAll, "hash", 3), Op.Nested(Opcode.SetMembers, "set"),
            Op.Nested(Opcode.ListRange, "list", 0, -1), Op.Nested(Opcode.List, "", 4, null, KvLimits.ListEntriesMax),
            Op.Nested(Opcode.HashList, "hash", null, KvLimits.ListEntriesMax),
            Op.Nested(Opcode.SetList, "set", null, KvLimits.ListEntriesMax),
            Op.Nested(Opcode.HashIncrementDecimal, "decimal", "f", "1"),
            Op.Nested(Opcode.IncrementDecimal, "decimal string", "1")])
        {
            Assert.Equal(KvErrorCode.TooMuchWork, Transaction(_ => command)[^1]);
        }
    }

    [Fact]
    public void Sets_and_lists_of_any_size_cost_no_more_than_an_operation_may()
    {
        for (int i = 0; i < 5; i++)
        {
            object?[] names = [.. Keys(30_000).Select(k => $"{i}{k}")];
            _machine.Execute(Opcode.SetAdd, ["first", .. names]);
            _machine.Execute(Opcode.SetAdd, ["second", .. names.Select(static k => $"{k}x")]);
            _machine.Execute(Opcode.ListPush, ["list", 1, 0, .. names]);
            _machine.Execute(Opcode.ListPush, ["equal", 1, 0, .. Enumerable.Repeat("e", 30_000)]);
        }
        _machine.Execute(Opcode.SetAdd, "small", "04", "4f", "none");
        _machine.Execute(Opcode.Put, "bits", new byte[KvLimits.ValueBytesMax], 0);
        object before = _machine.Store.StateDigest();
        foreach (object?[] command in (object?[][])[
            Op.Nested(Opcode.SetCombine, 0, "first", "second"), Op.Nested(Opcode.SetCombine, 1, "first", "second"),
            Op.Nested(Opcode.SetCombine, 2, "first", "second"), Op.Nested(Opcode.SetCombineAndStore, 1, "x", "first"),
            Op.Nested(Opcode.SetIntersectionCount, 1, "first", "second"), Op.Nested(Opcode.SetPop, "first", 40_000),
            Op.Nested(Opcode.SetRandom, "first", 1, -40_000), Op.Nested(Opcode.ListRemove, "list", 1, "2752f"),
            Op.Nested(Opcode.ListRemove, "equal", 40_000, "e"), Op.Nested(Opcode.ListInsert, "list", 0, "20", "e"),
            Op.Nested(Opcode.BitCombine, [0, "x", .. Enumerable.Repeat("bits", 40)])])
            Assert.Equal(KvErrorCode.TooMuchWork, Op.Read(_machine.Execute(Op.Bytes(command))));
        Assert.Equal(before, _machine.Store.StateDigest());
        foreach (object?[] command in (object?[][])[
            Op.Nested(Opcode.ListPosition, "list", "none", 1, -1, 0), Op.Nested(Opcode.Copy, "list", "x", 0),
            Op.Nested(Opcode.BitCount, "bits", 0, -1, 0), Op.Nested(Opcode.BitPosition, "bits", 1, 0, 0)])
            Assert.Equal(KvErrorCode.TooMuchWork, Transaction(_ => command)[^1]);

        Assert.Equal(2, _machine.ExecuteArray(Opcode.SetCombine, 0, "first", "small").Length);
        Assert.Equal(["none"], _machine.ExecuteArray(Opcode.SetCombine, 2, "small", "first"));
        Assert.Equal(2L, _machine.Execute(Opcode.SetIntersectionCount, 0, "small", "first"));
        Assert.Equal(150_001L, _machine.Execute(Opcode.ListInsert, "list", 1, "05000", "e"));
        Assert.Equal(1L, _machine.Execute(Opcode.ListRemove, "list", 1, "e"));
        Assert.Equal(1L, _machine.Execute(Opcode.ListRemove, "list", -1, "4752f"));
        Assert.Equal(20_000L, _machine.Execute(Opcode.ListRemove, "equal", 20_000, "e"));
    }

    [Fact]
    public void A_pipeline_ends_where_its_work_does_and_the_rest_is_sent_again()
    {
        _machine.Execute(Opcode.Put, "large", new byte[KvLimits.ValueBytesMax - 100], 0);
        int left = 100;
        for (int operations = 1; left > 0; operations++)
        {
            object?[] replies = _machine.ExecuteArray(
                Opcode.Pipeline, [.. Enumerable.Repeat(Op.Nested(Opcode.Append, "large", "+"), left)]);
            Assert.All(replies, static r => Assert.IsType<long>(r));
            Assert.InRange(operations, 1, 5);
            left -= replies.Length;
        }
        Assert.Equal((long)KvLimits.ValueBytesMax, _machine.Execute(Opcode.Length, "large"));
    }

    [Fact]
    public void Small_commands_may_be_as_many_as_an_operation_holds()
    {
        object?[] replies = _machine.ExecuteArray(
            Opcode.Pipeline, [.. Keys(KvLimits.CommandsMax).Select(static k => Op.Nested(Opcode.Put, k, "value", 0))]);
        Assert.Equal(KvLimits.CommandsMax, replies.Length);
        replies = Transaction(i => Op.Nested(Opcode.Increment, $"n{i}", 1));
        Assert.All(replies, static r => Assert.Equal(1L, r));
    }

    private object?[] Transaction(Func<int, object?[]> command) =>
        _machine.ExecuteArray(
            Opcode.Transaction, [Array.Empty<object?>(), .. Enumerable.Range(0, KvLimits.CommandsMax).Select(command)]);

    private static object?[] Keys(int count) => [.. Enumerable.Range(0, count).Select(static i => $"{i:x}")];
}
