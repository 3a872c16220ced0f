using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Requests;
using BftSmr.Settings;

namespace BftSmr.Tests.Requests;

public sealed class SignatureDutyTests : IDisposable
{
    private const long Second = 1_000_000;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly ReplicaContext _context;
    private readonly SignatureDuty _duty;

    public SignatureDutyTests()
    {
        ReplicaSettings settings = new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) };
        _context = new ReplicaContext(settings, _keys.Replica(0));
        _duty = new SignatureDuty(_context);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void The_first_incident_is_its_clients_alone_for_a_minute()
    {
        Assert.True(Incident(0, client: 7));
        Assert.True(_duty.IsOf(new ClientId(7)));
        Assert.False(_duty.IsOf(new ClientId(8)));
        Assert.False(Incident(59, client: 7));
        At(60);
        Assert.False(_duty.IsOf(new ClientId(7)));
    }

    [Fact]
    public void Incidents_that_are_more_than_a_minute_apart_stay_their_clients()
    {
        for (int i = 0; i < 20; i++) Assert.True(Incident(61 * i, client: i));
        Assert.False(_duty.IsOfAll);
    }

    [Fact]
    public void Of_any_number_of_clients_an_hour_has_few_incidents()
    {
        int incidents = 0;
        for (int second = 0; second < 3600; second++)
        {
            if (Incident(second, client: second)) incidents++;
        }
        Assert.InRange(incidents, 10, 20);
    }

    [Fact]
    public void The_time_doubles_and_is_short_again_after_calm()
    {
        Incident(0, client: 1);
        Assert.Equal(10, SecondsOfAll(from: 1, client: 2));
        Assert.Equal(20, SecondsOfAll(from: 12, client: 3));
        Assert.Equal(40, SecondsOfAll(from: 33, client: 4));
        Incident(1000, client: 5);
        Assert.False(_duty.IsOfAll);
        Assert.Equal(10, SecondsOfAll(from: 1001, client: 6));
    }

    private int SecondsOfAll(int from, int client)
    {
        Assert.True(Incident(from, client));
        int seconds = 0;
        while (_duty.IsOfAll) At(from + ++seconds);
        return seconds;
    }

    private bool Incident(int second, int client)
    {
        At(second);
        return _duty.Begin([new ClientId(client)]);
    }

    private void At(int second) => _context.BeginStep(new ClockReading(second * Second, 0), _context.Effects);
}
