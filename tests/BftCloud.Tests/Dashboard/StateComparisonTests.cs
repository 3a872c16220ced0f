using BftCloud.Dashboard;

namespace BftCloud.Tests.Dashboard;

public sealed class StateComparisonTests
{
    private readonly StateComparison _states = new(replicas: 4, faulty: 1);

    [Fact]
    public void Digests_are_asked_for_at_rest_and_once_for_an_instance()
    {
        Assert.False(IsDue(1, 1, 1, 1));
        Assert.True(IsDue(1, 1, 1, 1));
        for (int i = 0; i < 100; i++) Assert.False(IsDue(1, 1, 1, 1));

        Assert.False(IsDue(2, 2, 2, 2));
        Assert.True(IsDue(2, 2, 2, 2));
    }

    [Fact]
    public void Nothing_is_asked_under_load_or_soon_again()
    {
        for (int i = 0; i < 100; i++) Assert.False(IsDue(i, i, i, i));
        for (int i = 0; i < 100; i++) Assert.False(IsDue(7, 7, 7, 8));
        IsDue(8, 8, 8, 8);
        Assert.True(IsDue(8, 8, 8, 8));
        IsDue(9, 9, 9, 9);

        Assert.False(IsDue(9, 9, 9, 9));
    }

    [Theory]
    [InlineData("aaaa", "")]
    [InlineData("aaab", "3")]
    [InlineData("baaa", "0")]
    [InlineData("aa-b", "3")]
    [InlineData("a--b", "")]
    [InlineData("abcd", "")]
    public void The_state_of_f_plus_one_replicas_is_the_right_one(string digests, string differing)
    {
        _states.Compare([.. digests.Select((digest, id) => digest == '-'
            ? null
            : Reports.Of(id) with { StateDigest = digest.ToString() })]);

        Assert.Equal(differing, string.Concat(Enumerable.Range(0, 4).Where(_states.Differs)));
    }

    [Fact]
    public void A_state_at_another_instance_is_no_other_state()
    {
        _states.Compare([.. Enumerable.Range(0, 4).Select(static id =>
            Reports.Of(id, executed: id == 3 ? 101 : 100) with { StateDigest = id == 3 ? "b" : "a" })]);

        Assert.False(_states.Differs(3));
    }

    private bool IsDue(params long[] executed) =>
        _states.IsDue([.. executed.Select(static (at, id) => Reports.Of(id, at).At(0))]);
}
