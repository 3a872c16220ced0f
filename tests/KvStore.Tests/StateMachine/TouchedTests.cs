using System.Text;
using BftSmr;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Tests.StateMachine;

/// <summary>Which records a freeze tells of.</summary>
public class TouchedTests
{
    private const int Many = 20_000;

    private readonly TestMachine _machine = new();

    [Fact]
    public void The_first_freeze_tells_everything_and_the_next_one_only_what_was_touched()
    {
        for (int i = 0; i < 100; i++) _machine.Execute(Opcode.Put, $"k{i:d2}", "v", 0);
        _machine.Execute(Opcode.HashPut, "h", "f", "1", "g", "2", "h", "3");
        Assert.Equal(1 + 100 + 1 + 3, _machine.Freeze().Count);
        Assert.Empty(_machine.Freeze());
        _machine.Execute(Opcode.Get, "k00");
        Assert.Empty(_machine.Freeze());
        _machine.Execute(Opcode.Put, "k07", "w", 0);
        _machine.Execute(Opcode.Delete, "k08");
        _machine.Execute(Opcode.HashPut, "h", "g", "4");
        _machine.Execute(Opcode.HashDelete, "h", "h");
        Assert.Equal(
            ["put header", "put h", "put h/g", "remove h/h", "put k07", "remove k08"], Told());
    }

    [Fact]
    public void A_state_without_entries_has_its_header()
    {
        Assert.Equal(["put header"], Told());
        Assert.Empty(Told());
        TestMachine other = new();
        other.Install(_machine.Records.ToBytes());
        Assert.Equal(_machine.Store.StateDigest(), other.Store.StateDigest());
    }

    [Fact]
    public void What_came_and_went_between_two_freezes_is_a_removal()
    {
        _machine.Freeze();
        _machine.Execute(Opcode.Put, "a", "v", 0);
        _machine.Execute(Opcode.SetAdd, "s", "m", "n");
        _machine.Execute(Opcode.Delete, "a", "s");
        Assert.Equal(["put header", "remove a", "remove s"], Told());
        _machine.Execute(Opcode.SetAdd, "s", "m");
        _machine.Freeze();
        _machine.Execute(Opcode.SetAdd, "s", "n");
        _machine.Execute(Opcode.SetRemove, "s", "n");
        Assert.Equal(["put header", "put s", "remove s/n"], Told());
    }

    public static TheoryData<string> Ends =>
    [
        "delete", "put", "rename away", "rename over", "copy over", "other type", "pop all", "trim", "remove all",
        "expire", "store",
    ];

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_collection_that_goes_as_a_whole_takes_its_elements_along(string end)
    {
        object?[] few = ["a", "b", "c"];
        _machine.Execute(Opcode.SetAdd, ["s", .. few]);
        _machine.Execute(Opcode.ListPush, ["l", 1, 0, .. few]);
        _machine.Execute(Opcode.HashPut, "h", "f", "v");
        _machine.Freeze();
        string[] told = ["put header"];
        switch (end)
        {
            case "delete":
                _machine.Execute(Opcode.Delete, "s");
                told = [.. told, "remove all s"];
                break;
            case "put":
                _machine.Execute(Opcode.Put, "s", "v", 0);
                told = [.. told, "remove all s", "put s"];
                break;
            case "rename away":
                _machine.Execute(Opcode.Rename, "s", "t", 0);
                told = [.. told, "remove all s", "put t", "put t/a", "put t/b", "put t/c"];
                break;
            case "rename over":
                _machine.Execute(Opcode.Rename, "h", "s", 0);
                told = [.. told, "remove all h", "remove all s", "put s", "put s/f"];
                break;
            case "copy over":
                _machine.Execute(Opcode.Copy, "h", "s", 0);
                told = [.. told, "remove all s", "put s", "put s/f"];
                break;
            case "other type":
                _machine.Execute(Opcode.Delete, "s");
                _machine.Execute(Opcode.HashPut, "s", "f", "v");
                told = [.. told, "remove all s", "put s", "put s/f"];
                break;
            case "pop all":
                _machine.Execute(Opcode.SetPop, "s", 3);
                told = [.. told, "remove all s"];
                break;
            case "trim":
                _machine.Execute(Opcode.ListTrim, "l", 5, 7);
                told = [.. told, "remove all l"];
                break;
            case "remove all":
                _machine.Execute(Opcode.HashDelete, "h", "f");
                told = [.. told, "remove all h"];
                break;
            case "expire":
                _machine.Execute(Opcode.Expire, "s", WriteFlags.ExpiresIn, 10);
                _machine.NowMicros += 10;
                _machine.Execute(Opcode.Get, "none");
                told = [.. told, "remove all s"];
                break;
            case "store":
                _machine.Execute(Opcode.SetCombineAndStore, SetCombination.Union, "h", "s");
                told = [.. told, "remove all h", "put h", "put h/a", "put h/b", "put h/c"];
                break;
        }
        Assert.Equal(told, Told());
    }

    [Fact]
    public void A_collection_that_expired_and_waits_to_be_reclaimed_goes_when_its_key_is_written()
    {
        for (int i = 0; i < 2 * KvLimits.ReclaimedPerBatchMax; i++)
            _machine.Execute(Opcode.Put, $"k{i}", "v", WriteFlags.ExpiresIn, TestMachine.Second);
        _machine.Execute(Opcode.SetAdd, "s", "m");
        _machine.Execute(Opcode.Expire, "s", WriteFlags.ExpiresIn, 2 * TestMachine.Second);
        _machine.Freeze();
        _machine.NowMicros += 3 * TestMachine.Second;
        _machine.Execute(Opcode.HashPut, "s", "f", "v");
        Assert.Equal(["remove all s", "put s", "put s/f"], Told()[^3..]);
    }

    [Fact]
    public void A_large_collection_goes_by_one_change_and_so_does_everything()
    {
        _machine.Execute(Opcode.SetAdd, ["s", .. Enumerable.Range(0, Many).Select(static i => $"{i}")]);
        for (int i = 0; i < 1_000; i++) _machine.Execute(Opcode.Put, $"k{i}", "v", 0);
        Assert.Equal(1 + 1 + Many + 1_000, _machine.Freeze().Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _machine.Execute(Opcode.Delete, "s");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
        Assert.Equal(["put header", "remove all s"], Told());
        _machine.Execute(Opcode.Put, "goes", "too", 0);
        _machine.Execute(Opcode.Clear);
        Assert.Equal(["put header", "remove all"], Told());
        Assert.Equal(1, _machine.Records.Count);
        _machine.Execute(Opcode.Clear);
        _machine.Execute(Opcode.Put, "stays", "v", 0);
        Assert.Equal(["put header", "remove all", "put stays"], Told());
        _machine.Execute(Opcode.Put, "later", "v", 0);
        Assert.Equal(["put header", "put later"], Told());
    }

    [Fact]
    public void A_push_a_pop_and_a_setting_touch_one_element_of_a_list()
    {
        _machine.Execute(Opcode.ListPush, ["l", 1, 0, .. Enumerable.Range(0, 1_000).Select(static i => $"{i}")]);
        _machine.Freeze();
        foreach ((Opcode opcode, object?[] arguments) in ((Opcode, object?[])[])
            [
                (Opcode.ListPush, ["l", 0, 0, "x"]), (Opcode.ListPush, ["l", 1, 0, "x"]), (Opcode.ListPop, ["l", 0]),
                (Opcode.ListPop, ["l", 1]), (Opcode.ListSet, ["l", 500, "x"]),
            ])
        {
            _machine.Execute(opcode, arguments);
            Assert.Equal(3, _machine.Freeze().Count);
        }
    }

    [Fact]
    public void Nothing_is_touched_after_a_load_and_what_was_touched_before_is_forgotten()
    {
        _machine.Execute(Opcode.SetAdd, "s", "m");
        byte[] records = _machine.Snapshot();
        TestMachine other = new();
        other.Freeze();
        other.Execute(Opcode.Put, "old", "v", 0);
        other.Install(records);
        Assert.Empty(other.Freeze());
        other.Execute(Opcode.SetAdd, "s", "n");
        Assert.Equal(["put header", "put s", "put s/n"], Told(other));
    }

    [Fact]
    public void Changes_end_when_they_are_disposed_of()
    {
        _machine.Execute(Opcode.Put, "k", "v", 0);
        IStateChanges changes = _machine.Store.Freeze();
        Assert.True(changes.TryRead(out _));
        changes.Dispose();
        Assert.False(changes.TryRead(out _));
        changes.Dispose();
    }

    private string[] Told() => Told(_machine);

    private static string[] Told(TestMachine machine) => [.. machine.Freeze().Select(static c => Shown(c))];

    /// <summary>The change of a record whose names are short and have no zeros.</summary>
    private static string Shown(TestChange change)
    {
        string what = change.Kind switch
        {
            StateChangeKind.Put => "put",
            StateChangeKind.Remove => "remove",
            _ => "remove all",
        };
        if (change.Key[0] == RecordFormat.Header) return $"{what} header";
        if (change.Key.Length == 1) return what;
        int end = Array.IndexOf(change.Key, (byte)0);
        string key = Encoding.Latin1.GetString(change.Key[2..end]);
        return end + 2 == change.Key.Length
            ? $"{what} {key}"
            : $"{what} {key}/{Encoding.Latin1.GetString(change.Key[(end + 3)..])}";
    }
}
