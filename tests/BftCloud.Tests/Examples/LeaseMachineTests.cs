using LeaseService;

namespace BftCloud.Tests.Examples;

/// <summary>The lease service of the example: one holder at a time, by the agreed time, in order.</summary>
public sealed class LeaseMachineTests
{
    private const long Second = ServiceRun.Second;

    private readonly ServiceRun _service = new(new LeaseMachine());

    [Fact]
    public void Leases_are_given_in_the_order_of_asking_with_rising_tokens()
    {
        Lease first = Acquired(1);
        Assert.Equal("1", Acquire(2));
        Assert.Equal("2", Acquire(3));
        Assert.Equal("1", Acquire(2));
        Assert.Equal(first, Acquired(1));

        Assert.Equal($"{_service.NowMicros}", _service.Execute(1, $"release x {first.Token}"));
        Assert.Equal("3", Acquire(1));
        Lease second = Acquired(2);
        Assert.Equal((first.Token + 1, 2, "h2"), (second.Token, second.Client, second.Holder));
        Assert.Equal("1", Acquire(3));
    }

    [Fact]
    public void A_lease_ends_by_the_agreed_time_alone()
    {
        Lease lease = Acquired(1);
        _service.NowMicros += Second - 1;
        Assert.Equal($"{lease}", _service.Query(2, "holder x"));
        Lease renewed = Lease.Parse(_service.Execute(1, $"renew x {lease.Token} {Second}").Split(' '));
        Assert.Equal(lease with { UntilMicros = _service.NowMicros + Second }, renewed);
        Assert.Equal("1", Acquire(2));

        _service.NowMicros = renewed.UntilMicros;
        Assert.Equal("", _service.Query(2, "holder x"));
        string ended = $"Lease {lease.Token} of 'x' has ended. Acquire it again.";
        Assert.Equal(ended, _service.Execute(1, $"renew x {lease.Token} {Second}"));
        Assert.Equal(lease.Token + 1, Acquired(2).Token);
        Assert.Equal(ended, _service.Execute(1, $"release x {lease.Token}"));
    }

    [Fact]
    public void A_client_that_does_not_ask_again_leaves_the_line()
    {
        Lease lease = Acquired(1);
        Acquire(2);
        _service.NowMicros += Second / 2;
        _service.Execute(1, $"renew x {lease.Token} {2 * Second}");
        Assert.Equal("2", Acquire(3));
        _service.NowMicros += Second / 2;
        Assert.Equal("1", Acquire(3));
    }

    [Fact]
    public void A_snapshot_has_all_that_the_service_goes_on_with()
    {
        Acquired(1);
        Acquire(2);
        Acquire(3);
        _service.Execute(4, $"release y {Acquired(4, "y").Token}");
        ServiceRun other = new(new LeaseMachine()) { NowMicros = _service.NowMicros };
        other.Install(_service);
        Assert.Equal(_service.Snapshot(), other.Snapshot());

        foreach (ServiceRun run in new[] { _service, other }) run.NowMicros += Second / 2;
        foreach (int client in new[] { 3, 1, 2, 4 })
        {
            Assert.Equal(Acquire(client), other.Execute(client, $"acquire x h{client} {Second}"));
            foreach (ServiceRun run in new[] { _service, other }) run.NowMicros += Second / 3;
        }
        Assert.Equal(_service.Snapshot(), other.Snapshot());
    }

    [Theory]
    [InlineData("")]
    [InlineData("acquire x h")]
    [InlineData("acquire x h 0")]
    [InlineData("acquire x h -1")]
    [InlineData("acquire x h 99999999999999999999")]
    [InlineData("acquire x h 3600000001")]
    [InlineData("acquire  h 1000000")]
    [InlineData("acquire x\n h 1000000")]
    [InlineData("release x 1")]
    [InlineData("renew x 1 1000000")]
    [InlineData("steal x 1")]
    public void What_is_refused_changes_nothing(string command)
    {
        Acquired(1);
        string before = _service.Snapshot();
        _service.Execute(2, command);
        Assert.True(_service.IsRefused);
        Assert.Equal(before, _service.Snapshot());
    }

    private string Acquire(int client, string name = "x") =>
        _service.Execute(client, $"acquire {name} h{client} {Second}");

    private Lease Acquired(int client, string name = "x") => Lease.Parse(Acquire(client, name).Split(' '));
}
