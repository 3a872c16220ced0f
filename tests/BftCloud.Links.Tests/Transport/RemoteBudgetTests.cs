using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class RemoteBudgetTests
{
    [Fact]
    public void A_remote_is_behind_beyond_a_mark_and_it_is_told_once_when_it_has_caught_up()
    {
        int told = 0;
        RemoteBudget budget = new(bytesMax: 100) { BehindBytes = 50, OnCaughtUp = () => told++ };
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
        RemoteBudget budget = new(bytesMax: 100) { BehindBytes = 50, OnCaughtUp = () => told++ };
        Assert.True(budget.TryReserve(60));
        Assert.False(budget.TryReserve(41));
        Assert.True(budget.IsBehind);
        Assert.Equal(0, told);
        budget.Release(60);
        Assert.Equal(1, told);
    }

    [Fact]
    public void What_all_remotes_share_bounds_each_and_is_given_back()
    {
        TotalBudget total = new(100);
        RemoteBudget first = new(80) { Total = total }, second = new(80) { Total = total };
        Assert.True(first.TryReserve(70));
        Assert.False(second.TryReserve(31));
        Assert.True(second.TryReserve(30));
        Assert.Equal((70, 30, 0), (first.Reserved, second.Reserved, total.Free));
        first.Release(70);
        Assert.Equal(70, total.Free);
        Assert.False(second.TryReserve(51)); // its own limit, and nothing stays reserved
        Assert.Equal((30, 70), (second.Reserved, total.Free));
    }

    [Fact]
    public void Room_is_asked_for_only_where_the_total_is_what_lacks()
    {
        int asked = 0;
        RemoteBudget budget = new(80)
        {
            Total = new TotalBudget(10), MakeRoom = (_, bytes) =>
            {
                asked++;
                return bytes < 50;
            },
        };
        Assert.False(budget.TryMakeRoom(81));
        Assert.Equal(0, asked);
        Assert.True(budget.TryMakeRoom(49));
        Assert.False(budget.TryMakeRoom(51));
        Assert.Equal(2, asked);
    }
}
