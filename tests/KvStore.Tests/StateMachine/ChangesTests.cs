using BftSmr;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Tests.StateMachine;

/// <summary>What the store records of changes while a client asks for it, and tells.</summary>
public class ChangesTests
{
    private const int IsKey = 0, IsPrefix = 1;
    private const long Deleted = 0, String = 1, Hash = 2, List = 3, Set = 4, SortedSet = 5, Expired = 6, Cleared = 7;

    private readonly TestMachine _machine = new();

    [Fact]
    public void Nothing_is_recorded_unless_a_client_asks_for_it()
    {
        _machine.Execute(Opcode.Put, "k", "v", 0);
        Assert.Equal([Array.Empty<object?>(), null, 1L, 1L], Tell(0));
        Assert.Empty(PagesTouched());
    }

    [Fact]
    public void Each_kind_of_change_is_told_once_with_its_agreed_time()
    {
        _machine.Execute(Opcode.Put, "before", "", 0);
        Assert.Equal(1L, Record());
        List<object?[]> expected = [];
        void Expect(long revision, long kind, string? key, long size = 0, string? value = null) =>
            expected.Add([revision, _machine.NowMicros, kind, key, size, value]);

        _machine.Execute(Opcode.Put, "k", "value", 0);
        Expect(2, String, "k", 5, "value");
        _machine.Execute(Opcode.HashPut, "h", "f", "v", "g", "v");
        Expect(3, Hash, "h", 2);
        _machine.Execute(Opcode.ListPush, "l", 1, 0, "x");
        Expect(4, List, "l", 1);
        _machine.Execute(Opcode.SetAdd, "s", "m");
        Expect(5, Set, "s", 1);
        _machine.Execute(Opcode.SortedSetAdd, "z", 0, BitConverter.DoubleToInt64Bits(1), "m");
        Expect(6, SortedSet, "z", 1);
        // What changes nothing is no change; what leaves a collection empty is one.
        _machine.Execute(Opcode.SetAdd, "s", "m");
        _machine.Execute(Opcode.SetRemove, "s", "m");
        Expect(8, Deleted, "s");
        _machine.Execute(Opcode.Delete, "h", "none");
        Expect(9, Deleted, "h");
        _machine.Execute(Opcode.Rename, "k", "n", 0);
        Expect(10, String, "n", 5, "value");
        Expect(12, Deleted, "k");
        _machine.Execute(Opcode.Copy, "l", "c", 0);
        Expect(13, List, "c", 1);
        _machine.Execute(Opcode.Put, "e", "", (long)WriteFlags.ExpiresIn, 5 * TestMachine.Second);
        Expect(14, String, "e", 0, "");
        _machine.NowMicros += 6 * TestMachine.Second;
        _machine.Execute(Opcode.Get, "k");
        Expect(15, Expired, "e");
        _machine.Execute(Opcode.Clear);
        Expect(16, Cleared, null);

        Assert.Equal([expected.ToArray(), 1L, 16L, 16L], Tell(1));
        Assert.Equal([expected[^2..].ToArray(), 1L, 16L, 16L], Tell(14));
        Assert.Equal([Array.Empty<object?>(), 1L, 16L, 16L], Tell(16));
    }

    [Fact]
    public void Keys_and_prefixes_choose_and_the_beginning_of_a_value_is_told()
    {
        Record();
        string longest = new('x', KvLimits.ValueBytesMax);
        foreach (string key in (string[])["a", "a/1", "a/2", "b", "c"]) _machine.Execute(Opcode.Put, key, longest, 0);
        Assert.Equal(["a", "b"], Told(Tell(0, 100, IsKey, "a", IsKey, "b", IsKey, "none"), 3));
        Assert.Equal(["a/1", "a/2", "c"], Told(Tell(0, 100, IsPrefix, "a/", IsKey, "c"), 3));
        object?[] change = (object?[])((object?[])Tell(0, 100, IsKey, "a")[0]!)[0]!;
        Assert.Equal((long)longest.Length, change[4]);
        Assert.Equal(longest[..KvLimits.ChangeValueBytesMax], change[5]);
    }

    [Fact]
    public void A_page_tells_where_the_next_one_begins()
    {
        Record();
        for (int i = 0; i < 10; i++) _machine.Execute(Opcode.Put, i % 2 == 0 ? "k" : "other", $"{i}", 0);
        Assert.Equal(4L, Tell(0, 4, IsKey, "k")[2]);
        Assert.Equal(["0", "2"], Told(Tell(0, 4, IsKey, "k"), 5));
        Assert.Equal(["4", "6"], Told(Tell(4, 4, IsKey, "k"), 5));
        Assert.Equal(["8"], Told(Tell(8, 4, IsKey, "k"), 5));
        Assert.Equal([10L, 10L], Tell(8, 4, IsKey, "k")[2..]);
    }

    [Fact]
    public void Recording_ends_by_agreed_time_unless_it_is_renewed()
    {
        Record(10 * TestMachine.Second);
        _machine.NowMicros += 9 * TestMachine.Second;
        _machine.Execute(Opcode.Put, "k", "1", 0);
        Record(10 * TestMachine.Second);
        _machine.NowMicros += 9 * TestMachine.Second;
        _machine.Execute(Opcode.Put, "k", "2", 0);
        Assert.Equal(["1", "2"], Told(Tell(0), 5));
        Assert.Equal([StateChangeKind.Put], PagesTouched());
        _machine.NowMicros += 2 * TestMachine.Second;
        _machine.Execute(Opcode.Put, "k", "3", 0);
        Assert.Equal([Array.Empty<object?>(), null, 3L, 3L], Tell(0));
        Assert.Equal([StateChangeKind.Remove], PagesTouched());
        Record();
        Assert.Equal([Array.Empty<object?>(), 3L, 3L, 3L], Tell(0));
    }

    [Fact]
    public void The_oldest_changes_go_and_all_replicas_keep_the_same()
    {
        Record();
        TestMachine other = new() { NowMicros = _machine.NowMicros };
        string value = new('x', KvLimits.ChangeValueBytesMax);
        const int Changes = 12_000;
        _machine.Freeze();
        for (int i = 1; i <= Changes; i++)
        {
            // Another replica takes over from a snapshot, within a page.
            if (i == Changes / 4 + 7) other.Install(_machine.Snapshot());
            if (i >= Changes / 4 + 7) other.NowMicros = _machine.NowMicros;
            _machine.Execute(Opcode.Put, $"key-{i % 7}", value, 0);
            if (i >= Changes / 4 + 7) other.Execute(Opcode.Put, $"key-{i % 7}", value, 0);
        }
        object?[] told = Tell(0, 4096, IsPrefix, "");
        long after = (long)told[1]!;
        Assert.InRange(after, Changes - KvLimits.RecentBytesMax / 256, Changes - 1);
        Assert.Equal(after + 1, ((object?[])((object?[])told[0]!)[0]!)[0]);
        Assert.Equal(_machine.Snapshot(), other.Snapshot());
        Assert.Equal(_machine.Store.StateDigest(), other.Store.StateDigest());
        Assert.InRange(_machine.Snapshot().Length, 0, KvLimits.RecentBytesMax + 10_000);
    }

    [Fact]
    public void A_frozen_view_keeps_the_changes_it_had()
    {
        Record();
        _machine.Execute(Opcode.Put, "k", "1", 0);
        TestMachine twin = new() { NowMicros = _machine.NowMicros - 2 };
        Record(twin);
        twin.Execute(Opcode.Put, "k", "1", 0);
        using IStateChanges frozen = _machine.Store.Freeze();
        for (int i = 0; i < 1_000; i++) _machine.Execute(Opcode.Put, "other", $"{i}", 0);
        _machine.Records.Apply(frozen);
        Assert.Equal(twin.Snapshot(), _machine.Records.ToBytes());
    }

    [Fact]
    public void Only_pages_that_changed_are_touched()
    {
        Record();
        string value = new('x', KvLimits.ChangeValueBytesMax);
        for (int i = 0; i < 1_000; i++) _machine.Execute(Opcode.Put, "k", value, 0);
        Assert.InRange(PagesTouched().Length, 3, 6);
        Assert.Empty(PagesTouched());
        _machine.Execute(Opcode.Put, "k", value, 0);
        Assert.Equal([StateChangeKind.Put], PagesTouched());
        for (int i = 0; i < 3_000; i++) _machine.Execute(Opcode.Put, "k", value, 0);
        StateChangeKind[] touched = PagesTouched();
        Assert.Equal(StateChangeKind.Remove, touched[0]);
        Assert.Equal(StateChangeKind.Put, touched[^1]);
        _machine.NowMicros += 100 * TestMachine.Second;
        _machine.Execute(Opcode.Get, "k");
        Assert.All(PagesTouched(), static kind => Assert.Equal(StateChangeKind.Remove, kind));
    }

    [Theory]
    [InlineData(0, 1, 1, false)] // no revision
    [InlineData(2, 2, 2, false)] // not in order
    [InlineData(3, 5, 3, false)] // beyond the revision
    [InlineData(2, 3, 3, false)] // another key
    [InlineData(2, 3, 2, true)]
    public void Changes_that_cannot_be_are_refused(int first, int second, byte key, bool isTaken)
    {
        object?[] Change(int revision) => [revision, 1L, Deleted, "k", 0L, null];
        byte[] header = [.. ((long[])[1, 4, 100, 0, 0, 1]).SelectMany(static element => Op.Bytes(element))];
        byte[] page = [.. Op.Bytes(Change(first)), .. Op.Bytes(Change(second))];
        byte[] snapshot = Op.Bytes(new object?[] { new byte[1], header, (byte[])[1, 0, 0, 0, 0, 0, 0, 0, key], page });
        if (isTaken) _machine.Install(snapshot);
        else Assert.Throws<InvalidDataException>(() => _machine.Install(snapshot));
    }

    /// <summary>What became of the pages of changes since the last freeze.</summary>
    private StateChangeKind[] PagesTouched() =>
        [.. _machine.Freeze().Where(static c => c.Key[0] == RecordFormat.Page).Select(static c => c.Kind)];

    private long Record(long micros = 60 * TestMachine.Second) => Record(_machine, micros);

    private static long Record(TestMachine machine, long micros = 60 * TestMachine.Second) =>
        (long)machine.Execute(Opcode.RecordChanges, micros)!;

    private object?[] Tell(long since) => Tell(since, KvLimits.ListEntriesMax, IsPrefix, "");

    private object?[] Tell(params object?[] arguments)
    {
        object? ordered = _machine.Execute(Opcode.Changes, arguments);
        Assert.Equal(ordered, _machine.Query(Opcode.Changes, arguments).Reply);
        return (object?[])ordered!;
    }

    /// <summary>One part of each change.</summary>
    private static object?[] Told(object?[] reply, int part) =>
        [.. ((object?[])reply[0]!).Select(change => ((object?[])change!)[part])];
}
