using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Service;

public sealed class FrozenStateTests
{
    [Fact]
    public void The_replicas_own_records_come_first_and_a_byte_says_whose_each_is()
    {
        ChangedRecords own = new();
        own.Put([0], "time"u8.ToArray());
        own.Remove([9, 9]);
        using FrozenState state = new(
            own, new Script([Change.RemoveAll(""), Change.Put("", "all"), Change.Put("a", "1"), Change.Remove("b")]));
        Assert.Equal(
            [
                Change.Put("\0\0", "time"), Change.Remove("\0\t\t"), Change.RemoveAll("\u0001"),
                Change.Put("\u0001", "all"), Change.Put("\u0001a", "1"), Change.Remove("\u0001b"),
            ],
            Change.AllOf(state));
        Assert.False(state.MoveNext());
    }

    [Fact]
    public void Without_changes_it_is_empty_and_disposing_of_it_disposes_of_the_services()
    {
        Script script = new([]);
        using (FrozenState state = new(new ChangedRecords(), script)) Assert.False(state.MoveNext());
        Assert.True(script.IsDisposed);
    }

    [Fact]
    public void The_longest_keys_and_values_fit_and_are_a_run()
    {
        Change[] changes =
        [
            Change.Put("", ""),
            Change.Put(new string('\u00ff', StateChange.KeyBytesMax), new string('v', StateChange.ValueBytesMax)),
        ];
        MemoryRun run;
        using (FrozenState state = new(new ChangedRecords(), new Script(changes))) run = MemoryRun.Of(state, 1000)!;
        using RunReader reader = new(run);
        Assert.Equal(changes.Select(static c => c with { Key = "\u0001" + c.Key }), Change.AllOf(reader));
    }

    [Theory]
    [InlineData("P b,P a")]
    [InlineData("P a,P a")]
    [InlineData("P a,R a")]
    [InlineData("R a,P a")]
    [InlineData("R a,R a")]
    [InlineData("P a,A a")]
    [InlineData("R a,A a")]
    [InlineData("A a,A a")]
    [InlineData("P a,P ")]
    [InlineData("P ab,P aa")]
    [InlineData("P b,A a")]
    public void A_service_whose_changes_do_not_ascend_is_named_as_what_is_wrong(string changes)
    {
        using FrozenState state = new(new ChangedRecords(), new Script(changes.Split(',').Select(static c => c[0] switch
        {
            'P' => Change.Put(c[2..], "x"),
            'R' => Change.Remove(c[2..]),
            _ => Change.RemoveAll(c[2..]),
        })));
        Assert.True(state.MoveNext());
        StateMachineException e = Assert.Throws<StateMachineException>(() => state.MoveNext());
        Assert.Contains("ascend", e.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_throws_is_named_as_what_is_wrong()
    {
        using FrozenState state = new(new ChangedRecords(), new Script(Throwing()));
        Assert.True(state.MoveNext());
        Assert.IsType<FormatException>(Assert.Throws<StateMachineException>(() => state.MoveNext()).InnerException);
    }

    private static IEnumerable<Change> Throwing()
    {
        yield return Change.Put("a", "1");
        throw new FormatException("planned");
    }

    /// <summary>Gives what it is told, right or not; each change is overwritten by the next.</summary>
    private sealed class Script(IEnumerable<Change> changes) : IStateChanges
    {
        private readonly IEnumerator<Change> _changes = changes.GetEnumerator();
        private byte[] _key = [], _value = [];

        public bool IsDisposed { get; private set; }

        public bool TryRead(out StateChange change)
        {
            change = default;
            Array.Fill(_key, (byte)0xee);
            Array.Fill(_value, (byte)0xee);
            if (!_changes.MoveNext()) return false;
            (_key, _value) = (Change.BytesOf(_changes.Current.Key), Change.BytesOf(_changes.Current.Value));
            change = _changes.Current.Kind switch
            {
                StateChangeKind.Put => StateChange.Put(_key, _value),
                StateChangeKind.Remove => StateChange.Remove(_key),
                _ => StateChange.RemoveAll(_key),
            };
            return true;
        }

        public void Dispose()
        {
            _changes.Dispose();
            IsDisposed = true;
        }
    }
}
