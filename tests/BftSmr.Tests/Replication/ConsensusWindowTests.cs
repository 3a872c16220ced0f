using BftSmr.Consensus;
using BftSmr.Messages;
using BftSmr.Replication;

namespace BftSmr.Tests.Replication;

public sealed class ConsensusWindowTests : IDisposable
{
    private static readonly Digest s_value = Digest.Of("a value"u8), s_other = Digest.Of("another value"u8);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ConsensusWindow _window;

    public ConsensusWindowTests()
    {
        ReplicaContext context = new(new ReplicaSettings { Self = new ReplicaId(1), Quorums = new Quorums(4, 1) }, _keys.Replica(1));
        context.BeginStep(new ClockReading(0, 0), _effects);
        _window = new ConsensusWindow(context);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_quorum_of_WRITEs_or_one_more_ACCEPT_than_may_be_a_lie_is_answered_by_ACCEPT()
    {
        Write(2, 1, s_value);
        Write(3, 1, s_value);
        Assert.Empty(Accepts);
        Write(0, 1, s_value);
        Assert.Equal([new Accept(Regency.Zero, new Instance(1), s_value)], Accepts);

        Accept(2, 2, s_value);
        Assert.Single(Accepts);
        Accept(3, 2, s_value);
        Assert.Equal(new Accept(Regency.Zero, new Instance(2), s_value), Accepts[^1]);
    }

    [Fact]
    public void ACCEPTs_of_other_values_instances_and_regencies_are_not_put_together()
    {
        Accept(0, 1, s_value);
        Accept(2, 1, s_other);
        Accept(2, 2, s_value);
        Accept(2, 3, s_value, regency: 1);
        Accept(3, 3, s_value, regency: 1);
        Assert.Empty(Accepts);
    }

    private List<Accept> Accepts => [.. _effects.Effects.OfType<BroadcastEffect>().Select(static e => e.Message).OfType<Accept>()];

    private void Write(int from, long instance, Digest value) => _window.OnWrite(new ReplicaId(from), new Write(Regency.Zero, new Instance(instance), value));

    private void Accept(int from, long instance, Digest value, long regency = 0) =>
        _window.OnAccept(new ReplicaId(from), new Accept(new Regency(regency), new Instance(instance), value));
}
