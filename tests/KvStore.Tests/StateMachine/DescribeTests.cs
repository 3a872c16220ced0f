using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>What the store tells of a key without its value.</summary>
public class DescribeTests
{
    private const long String = 1, Hash = 2, List = 3, Set = 4;

    private readonly TestMachine _machine = new();

    [Fact]
    public void Of_no_key_nothing_is_told() => Assert.Null(Described("none"));

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("12", 2, 1)]
    [InlineData("-9223372036854775808", 20, 1)]
    [InlineData("012", 3, 0)]
    [InlineData("x", 1, 0)]
    public void A_string_has_a_length_and_may_be_an_integer(string value, long length, long isInteger)
    {
        _machine.Execute(Opcode.Put, "k", value, 0);
        AssertDescribed(String, 192L + 1 + length, length, length, isInteger);
    }

    [Fact]
    public void A_hash_has_a_longest_field_or_value()
    {
        _machine.Execute(Opcode.HashPut, "k", "field", "v", "f", "a value");
        AssertDescribed(Hash, 192L + 1 + 2 * 80 + 5 + 1 + 1 + 7, 2L, 7L, 0L);
    }

    [Fact]
    public void A_list_is_not_looked_at()
    {
        _machine.Execute(Opcode.ListPush, "k", 1, 0, "1", "2");
        // Each element has a position of eight bytes.
        AssertDescribed(List, 192L + 1 + 2 * (80 + 8 + 1), 2L, 0L, 0L);
    }

    [Fact]
    public void A_set_may_be_of_integers()
    {
        _machine.Execute(Opcode.SetAdd, "k", "1", "-22");
        AssertDescribed(Set, 192L + 1 + 2 * 80 + 4, 2L, 3L, 1L);
        _machine.Execute(Opcode.SetAdd, "k", "x");
        Assert.Equal(0L, Described("k")![4]);
    }

    [Fact]
    public void A_collection_beyond_the_bound_is_not_looked_at()
    {
        object?[] members = [.. Enumerable.Range(0, KvLimits.DescribedElementsMax).Select(static i => $"{i}")];
        _machine.Execute(Opcode.SetAdd, ["k", .. members]);
        AssertDescribed(Set, 192L + 1 + 512 * 80 + 1_426, 512L, 3L, 1L);
        _machine.Execute(Opcode.SetAdd, "k", "512");
        AssertDescribed(Set, 192L + 1 + 513 * 80 + 1_429, 513L, 0L, 0L);
    }

    private void AssertDescribed(params object?[] expected) => Assert.Equal(expected, Described("k"));

    private object?[]? Described(string key)
    {
        object? reply = _machine.Execute(Opcode.Describe, key);
        Assert.Equal(reply, _machine.Query(Opcode.Describe, key).Reply);
        return (object?[]?)reply;
    }
}
