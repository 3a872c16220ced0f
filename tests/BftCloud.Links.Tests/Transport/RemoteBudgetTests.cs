using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class RemoteBudgetTests
{
    [Fact]
    public void A_remote_is_behind_beyond_a_mark_and_it_is_told_once_when_it_has_caught_up()
    {
        int told = 0;
        RemoteBudget budget = new(bytesMax: 100, behindBytes: 50, () => told++);
        Assert.True(budget.TryReserve(50));
        Assert.False(budget.IsBehind);
        Assert.True(budget.TryReserve(30));
        Assert.True(budget.TryReserve(20));
        Assert.True(budget.IsBehind);
        budget.Release(40);
        Assert.Equal(0, told);
        budget.Release(10);
        Assert.Equal((false, 1), (budget.IsBehind, told));
        budget.Release(50);
        Assert.Equal(1, told);
    }

    [Fact]
    public void What_there_is_no_room_for_leaves_nothing_behind()
    {
        int told = 0;
        RemoteBudget budget = new(bytesMax: 100, behindBytes: 50, () => told++);
        Assert.True(budget.TryReserve(60));
        Assert.False(budget.TryReserve(41));
        Assert.True(budget.IsBehind);
        Assert.Equal(0, told);
        budget.Release(60);
        Assert.Equal(1, told);
    }
}
