using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

public sealed class CloudExchangeTests
{
    private readonly CloudExchange _exchange = new(nowMs: 1000, callTimeoutMs: 500);
    private readonly List<string> _happened = [];

    [Fact]
    public void A_call_is_started_answered_and_heard_of_once()
    {
        CallId call = Call("a");
        Assert.Equal(["start a"], Effects());
        _exchange.Answer(call, CloudAnswer.Done);
        _exchange.Answer(call, CloudAnswer.Done);
        Assert.Equal(["a Done"], _happened);
        _exchange.AdvanceTo(10_000);
        Assert.Equal(["a Done"], _happened);
        Assert.Null(_exchange.NextTimerMs);
    }

    [Fact]
    public void A_call_that_is_abandoned_before_it_was_started_is_never_started()
    {
        CallId first = Call("a");
        Call("b");
        _exchange.Abandon(first);
        Assert.Equal(["start b", "abandon"], Effects());
        _exchange.Answer(first, CloudAnswer.Done);
        Assert.Empty(_happened);
    }

    [Fact]
    public void A_call_without_an_answer_has_failed_when_its_time_is_up()
    {
        Call("a");
        Assert.Equal(["start a"], Effects());
        _exchange.AdvanceTo(1499);
        Assert.Empty(_happened);
        _exchange.AdvanceTo(1500);
        Assert.Equal(["a Failed"], _happened);
        Assert.Equal(["abandon"], Effects());
    }

    [Fact]
    public void Timers_fire_in_order_and_not_when_cancelled_and_time_never_goes_back()
    {
        _exchange.After(20, () => _happened.Add("20"));
        _exchange.After(10, () => _happened.Add("10"));
        CloudExchange.Timer cancelled = _exchange.After(5, () => _happened.Add("5"));
        cancelled.IsCancelled = true;
        Assert.Equal(1010, _exchange.NextTimerMs);
        _exchange.AdvanceTo(1030);
        Assert.Equal(["10", "20"], _happened);
        _exchange.AdvanceTo(900);
        Assert.Equal(1030, _exchange.NowMs);
    }

    private CallId Call(string name) => _exchange.Call(new ListCall(0, name), answer =>
    {
        if (answer is Failed failed) Assert.Equal(CloudFailure.Unavailable, failed.Kind);
        _happened.Add($"{name} {answer.GetType().Name}");
    });

    private List<string> Effects()
    {
        List<string> effects = [];
        while (_exchange.TryTakeEffect(out ExchangeEffect? effect)) effects.Add(effect is StartCall start ? $"start {start.Call.Name}" : "abandon");
        return effects;
    }
}
