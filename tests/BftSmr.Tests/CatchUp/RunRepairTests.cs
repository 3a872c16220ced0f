using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Tests.CatchUp;

public sealed class RunRepairTests : IDisposable
{
    private const int ChunkBytes = 4;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly RunRepair _repair;
    private readonly byte[] _bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    private readonly MerkleTree _tree;

    public RunRepairTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings
            {
                Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1), ChunkBytes = ChunkBytes,
            }, _keys.Replica(1));
        _context.BeginStep(new ClockReading(0, 0), _effects);
        _repair = new RunRepair(_context);
        _tree = MerkleTree.Of(_bytes, ChunkBytes);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_is_missing_is_asked_for_piece_by_piece_and_the_run_is_mended_when_all_is_here()
    {
        Damage(1);
        FetchPiece first = Asked();
        Assert.Equal((_tree.Root, 0), (first.Run, first.Index));

        Assert.True(_repair.TryTake(Of(first), PieceOf(0)));
        Assert.DoesNotContain(_effects.Effects, static e => e is MendRunEffect);
        Assert.Equal(2, Asked().Index);

        Assert.True(_repair.TryTake(Of(Asked()), PieceOf(2)));
        Assert.Equal(
            [0, 2], _effects.Effects.OfType<StorePieceEffect>().Select(static e => e.Index));
        Assert.Equal(_tree.Root, Assert.Single(_effects.Effects.OfType<MendRunEffect>()).Run.Root);
        Assert.False(_repair.IsActive);
    }

    [Fact]
    public void A_run_that_turns_out_to_be_right_is_mended_at_once()
    {
        Damage(0, 1, 2);
        Assert.Single(_effects.Effects.OfType<MendRunEffect>());
        Assert.Empty(_effects.Effects.OfType<SendEffect>());
        Assert.False(_repair.IsActive);
    }

    [Fact]
    public void A_wrong_piece_is_refused_and_asked_of_the_next_peer()
    {
        Damage(1);
        ReplicaId liar = Of(Asked());

        Assert.True(_repair.TryTake(liar, PieceOf(0) with { Bytes = new byte[ChunkBytes] }));

        Assert.Empty(_effects.Effects.OfType<StorePieceEffect>());
        Assert.Equal(RejectReason.InvalidProof, Assert.Single(_effects.Effects.OfType<RejectEffect>()).Reason);
        Assert.NotEqual(liar, Of(Asked()));
    }

    [Fact]
    public void A_piece_that_was_not_asked_for_is_not_taken()
    {
        Damage(1);
        ReplicaId other = new((Of(Asked()).Value + 1) % 4 is var id && id == 1 ? 2 : id);
        Assert.False(_repair.TryTake(other, PieceOf(0)));
        Assert.False(_repair.TryTake(Of(Asked()), PieceOf(2)));
        Assert.Empty(_effects.Effects.OfType<StorePieceEffect>());
    }

    [Fact]
    public void A_piece_that_no_peer_has_any_more_is_asked_for_in_vain()
    {
        Damage(1);
        HashSet<ReplicaId> asked = [Of(Asked())];
        for (int i = 1; i <= 9; i++)
        {
            Assert.False(_repair.IsInVain);
            _context.BeginStep(
                new ClockReading(2 * i * _context.Settings.StatusPeriodMicros, 0), _effects);
            _repair.Tick();
            asked.Add(Of(Asked()));
        }
        Assert.True(_repair.IsInVain);
        Assert.Equal(3, asked.Count);

        _repair.Forget();
        Assert.False(_repair.IsInVain || _repair.IsActive);
    }

    private void Damage(params int[] present) => _repair.OnDamaged(
        new RunDamagedInput(new MissingRun(new RunDescription(_tree.Root, _bytes.Length, 0), present)));

    private Piece PieceOf(int index) => new(
        _tree.Root, index,
        _bytes.AsMemory(index * ChunkBytes, Math.Min(ChunkBytes, _bytes.Length - index * ChunkBytes)),
        _tree.Path(index));

    private FetchPiece Asked() => (FetchPiece)_effects.Effects.OfType<SendEffect>().Last().Message;

    private ReplicaId Of(FetchPiece asked) =>
        _effects.Effects.OfType<SendEffect>().Last(e => ReferenceEquals(e.Message, asked)).To;
}
