using KvStore.State;

namespace KvStore.Tests.State;

public class SetHashTests
{
    [Fact]
    public void Does_not_depend_on_the_order_in_which_elements_came_and_went()
    {
        SetHash[] elements = [.. Enumerable.Range(0, 100).Select(i => SetHash.Of([(byte)i], [], [1, 2]))];
        SetHash forwards = default, backwards = default;
        foreach (SetHash element in elements) forwards.Add(element);
        foreach (SetHash element in elements.Reverse()) backwards.Add(element);
        Assert.Equal(forwards, backwards);
        Assert.NotEqual(default, forwards);
        foreach (SetHash element in elements) forwards.Subtract(element);
        Assert.Equal(default, forwards);
    }

    [Fact]
    public void Tells_a_label_from_content()
    {
        Assert.NotEqual(SetHash.Of([1], [], [2, 3]), SetHash.Of([1, 2], [], [3]));
        Assert.NotEqual(SetHash.Of([], [], []), SetHash.Of([0], [], []));
    }

    [Fact]
    public void Hashes_large_content_as_small()
    {
        byte[] large = new byte[100_000];
        SetHash one = SetHash.Of([1], [2], large);
        large[^1] = 1;
        Assert.NotEqual(one, SetHash.Of([1], [2], large));
    }
}
