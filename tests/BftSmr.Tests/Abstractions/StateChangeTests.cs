namespace BftSmr.Tests.Abstractions;

public sealed class StateChangeTests
{
    [Fact]
    public void A_change_has_what_it_was_made_of()
    {
        StateChange put = StateChange.Put("key"u8, "value"u8);
        Assert.Equal(StateChangeKind.Put, put.Kind);
        Assert.True(put.Key.SequenceEqual("key"u8) && put.Value.SequenceEqual("value"u8));
        StateChange remove = StateChange.Remove("key"u8), all = StateChange.RemoveAll(default);
        Assert.Equal((StateChangeKind.Remove, StateChangeKind.RemoveAll), (remove.Kind, all.Kind));
        Assert.True(remove.Key.SequenceEqual("key"u8) && remove.Value.IsEmpty && all.Key.IsEmpty && all.Value.IsEmpty);
    }

    [Fact]
    public void Keys_are_bounded_and_may_be_empty()
    {
        byte[] longest = new byte[StateChange.KeyBytesMax], longer = new byte[StateChange.KeyBytesMax + 1];
        Assert.Equal(longest.Length, StateChange.Put(longest, default).Key.Length);
        Assert.Equal(longest.Length, StateChange.Remove(longest).Key.Length);
        Assert.Equal(longest.Length, StateChange.RemoveAll(longest).Key.Length);
        Assert.True(StateChange.Put(default, default).Key.IsEmpty);
        Assert.Contains("1025", Refused(() => StateChange.Put(longer, default)), StringComparison.Ordinal);
        Assert.Contains("1025", Refused(() => StateChange.Remove(longer)), StringComparison.Ordinal);
        Assert.Contains("1025", Refused(() => StateChange.RemoveAll(longer)), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_bounded_and_the_error_says_what_to_do()
    {
        byte[] longest = new byte[StateChange.ValueBytesMax], longer = new byte[StateChange.ValueBytesMax + 1];
        Assert.Equal(longest.Length, StateChange.Put("k"u8, longest).Value.Length);
        Assert.Contains("cut it", Refused(() => StateChange.Put("k"u8, longer)), StringComparison.Ordinal);
    }

    private static string Refused(Action make) => Assert.Throws<ArgumentException>(make).Message;
}
