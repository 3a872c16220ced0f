using BftSmr;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

public class CopyTests
{
    private const int Elements = 5_000;

    private readonly TestMachine _machine = new(), _twin = new();

    [Fact]
    public void A_copied_collection_and_its_copy_go_their_own_ways()
    {
        for (int i = 0; i < Elements; i++)
        {
            ExecuteBoth(Opcode.SetAdd, "set", $"m{i}");
            ExecuteBoth(Opcode.HashPut, "hash", $"f{i}", "v");
            ExecuteBoth(Opcode.ListPush, "list", 1, 0, $"e{i}");
        }
        foreach (string key in (string[])["set", "hash", "list"])
        {
            Assert.Equal(1L, ExecuteBoth(Opcode.Copy, key, $"{key} copy", 0));
            Assert.Equal(1L, ExecuteBoth(Opcode.Copy, $"{key} copy", $"{key} third", 0));
        }
        using IStateChanges frozen = _machine.Store.Freeze();
        _machine.Execute(Opcode.SetRemove, "set copy", "m1");
        _machine.Execute(Opcode.SetAdd, "set", "new");
        _machine.Execute(Opcode.HashPut, "hash copy", "f1", "changed");
        _machine.Execute(Opcode.HashDelete, "hash", "f2");
        _machine.Execute(Opcode.ListSet, "list copy", 1, "changed");
        _machine.Execute(Opcode.ListPop, "list", 0);
        Assert.Equal([1L, 1L], _machine.ExecuteArray(Opcode.SetContains, "set", "m1", "new"));
        Assert.Equal([0L, 0L], _machine.ExecuteArray(Opcode.SetContains, "set copy", "m1", "new"));
        Assert.Equal([1L, 0L], _machine.ExecuteArray(Opcode.SetContains, "set third", "m1", "new"));
        Assert.Equal(["v", null], _machine.ExecuteArray(Opcode.HashMultiGet, "hash", "f1", "f2"));
        Assert.Equal(["changed", "v"], _machine.ExecuteArray(Opcode.HashMultiGet, "hash copy", "f1", "f2"));
        Assert.Equal(["v", "v"], _machine.ExecuteArray(Opcode.HashMultiGet, "hash third", "f1", "f2"));
        Assert.Equal(["e1", "e2"], _machine.ExecuteArray(Opcode.ListRange, "list", 0, 1));
        Assert.Equal(["e0", "changed"], _machine.ExecuteArray(Opcode.ListRange, "list copy", 0, 1));
        Assert.Equal(["e0", "e1"], _machine.ExecuteArray(Opcode.ListRange, "list third", 0, 1));
        _machine.Records.Apply(frozen);
        Assert.Equal(_twin.Snapshot(), _machine.Records.ToBytes());
        TestMachine restored = new();
        restored.Install(_machine.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), restored.Store.StateDigest());
        Assert.Equal(_machine.Store.StateBytes, restored.Store.StateBytes);
    }

    [Fact]
    public void A_copy_has_the_expiry_and_replaces_only_if_it_may()
    {
        _machine.Execute(Opcode.Put, "a", "1", WriteFlags.ExpiresIn, 1_000_000);
        _machine.Execute(Opcode.SetAdd, "b", "m");
        Assert.Equal(0L, _machine.Execute(Opcode.Copy, "a", "b", WriteFlags.IfAbsent));
        Assert.Equal(0L, _machine.Execute(Opcode.Copy, "none", "b", 0));
        Assert.Equal(1L, _machine.Execute(Opcode.Copy, "a", "b", 0));
        _machine.Execute(Opcode.Append, "a", "2");
        Assert.Equal("1", _machine.Execute(Opcode.Get, "b"));
        Assert.InRange((long)_machine.Execute(Opcode.TimeToLive, "b")!, 1, 1_000_000);
        Assert.Equal(1L, _machine.Execute(Opcode.Copy, "a", "a", 0));
        Assert.Equal("12", _machine.Execute(Opcode.Get, "a"));
        _machine.NowMicros += 1_000_000;
        Assert.Equal(0L, _machine.Execute(Opcode.Exists, "a", "b"));
    }

    [Fact]
    public void A_copy_of_many_elements_costs_no_memory_until_it_changes()
    {
        _machine.Execute(Opcode.SetAdd, ["set", .. Enumerable.Range(0, 30_000).Select(static i => $"{i:x}")]);
        byte[] copy = Op.Of(Opcode.Copy, "set", "copy", 0);
        long bytes = _machine.Store.StateBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        _machine.Execute(copy);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(2 * bytes + 1, _machine.Store.StateBytes); // it counts all the same; its key is longer
    }

    [Fact]
    public void What_does_not_fit_into_the_state_is_neither_copied_nor_stored()
    {
        TestMachine machine = new(stateBytesMax: 1 << 20);
        object?[] members = [.. Enumerable.Range(0, 6_000).Select(static i => $"{i:x4}")];
        machine.Execute(Opcode.SetAdd, ["set", .. members]);
        Assert.Equal(1L, machine.Execute(Opcode.Copy, "set", "copy", 0));
        Assert.Equal(KvErrorCode.StateFull, machine.Execute(Opcode.Copy, "set", "copy 2", 0));
        Assert.Equal(KvErrorCode.StateFull, machine.Execute(Opcode.SetCombineAndStore, 1, "union", "set"));
        Assert.Equal(0L, machine.Execute(Opcode.Exists, "union", "copy 2"));
        Assert.Equal(0L, machine.Execute(Opcode.SetCombineAndStore, 0, "set", "set", "none")); // deletes
        Assert.Equal(0L, machine.Execute(Opcode.Exists, "set"));
    }

    private object? ExecuteBoth(Opcode opcode, params object?[] arguments)
    {
        _twin.Execute(opcode, arguments);
        return _machine.Execute(opcode, arguments);
    }
}
