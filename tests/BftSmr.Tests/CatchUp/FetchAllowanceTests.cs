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
    public void Chunks_are_bounded_by_their_bytes_and_a_correct_replica_asks_for_less_than_half()
    {
        foreach ((int chunkBytes, int chunks) in ((int, int)[])[(64, 256), (256 << 10, 64), (16 << 20, 4)])
        {
            ReplicaContext context = new(
                new ReplicaSettings
                {
                    Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1), ChunkBytes = chunkBytes,
                },
                _keys.Replica(1));
            context.BeginStep(new ClockReading(0, 0), new EffectBuffer());
            FetchAllowance allowance = new(context);
            for (int period = 0; period < 3; period++)
            {
                Assert.Equal(chunks, Enumerable.Range(0, 2000).Count(_ => allowance.TryTakeChunk(Greedy)));
                Assert.True(allowance.TryTakeChunk(Other));
                Assert.True(allowance.TryTake(Greedy, FetchAllowance.OtherCost));
                allowance.Renew();
            }
            Assert.InRange(FetchAllowance.ChunksToAskFor(chunkBytes), 1, chunks / 2);
        }
    }

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
