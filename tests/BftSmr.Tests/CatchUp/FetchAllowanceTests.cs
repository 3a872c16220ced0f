using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Settings;

namespace BftSmr.Tests.CatchUp;

public sealed class FetchAllowanceTests : IDisposable
{
    private static readonly ReplicaId Greedy = new(2), Other = new(3);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Each_peer_has_its_own_and_the_same_again_in_the_next_period()
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(1));
        EffectBuffer effects = new();
        context.BeginStep(new ClockReading(0, 0), effects);
        FetchAllowance allowance = new(context);
        for (int period = 0; period < 3; period++)
        {
            Assert.Equal(2, Enumerable.Range(0, 1000).Count(_ => allowance.TryTake(Greedy, FetchAllowance.SyncCost)));
            Assert.Equal(
                32, Enumerable.Range(0, 1000).Count(_ => allowance.TryTake(Other, FetchAllowance.BatchesCost)));
            Assert.False(allowance.TryTake(Greedy, FetchAllowance.OtherCost));
            allowance.Renew();
        }
        Assert.Equal(3 * (998 + 968 + 1), effects.Effects.OfType<RejectEffect>().Count());
    }
}
