using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Runs;
using BftSmr.Settings;
using BftSmr.Tests.Ordering.ModSmart;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.CatchUp;

public sealed class CheckpointFetchTests : IDisposable
{
    private const int ChunkBytes = 16;
    private static readonly Instance s_instance = new(9);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly MemoryRun[] _runs = [.. new[] { 100, 7, 64 }.Select(RunOf)];
    private readonly ReplicaContext _context;
    private readonly CheckpointFetch _fetch;

    public CheckpointFetchTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings
            {
                Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1), ChunkBytes = ChunkBytes,
            },
            _keys.Replica(1));
        At(0);
        VotingParts parts = new(_context);
        _fetch = new CheckpointFetch(
            _context, parts.Log, new StateRebuild(_context, parts.Log, new CheckpointLedger(_context)));
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Nothing_is_asked_for_before_it_is_known_what_is_missing_and_then_only_that()
    {
        Offer(2);
        Assert.Empty(Asked());

        Plan(Offered(), Missing(0, 0, 2, 4), Missing(2));
        Assert.Equal([(0, 1), (0, 3), (0, 5), (0, 6)], Asked());
        foreach ((int run, int index) in ((int, int)[])[(0, 1), (0, 3), (0, 5), (0, 6)]) Answer(2, run, index);
        foreach ((int run, int index) in ((int, int)[])[(2, 0), (2, 1), (2, 2)]) Answer(2, run, index);
        Assert.Null(_fetch.TakeComplete());
        Answer(2, 2, 3);

        Assert.Equal(s_instance, _fetch.TakeComplete()?.Certificate.Instance);
        Assert.Null(_fetch.TakeComplete());
        StorePieceEffect[] stored = [.. _effects.Effects.OfType<StorePieceEffect>()];
        Assert.Equal(8, stored.Select(static s => (s.Run.Root, s.Index)).Distinct().Count());
        Assert.Equal(8, stored.Length);
        Assert.Equal(_runs[2].ChunkAt(3).ToArray(), stored[^1].Bytes.ToArray());
    }

    [Fact]
    public void It_says_how_much_of_the_checkpoint_is_here()
    {
        Assert.Null(_fetch.Progress);
        Offer(2);
        Assert.Equal(new CheckpointProgress(s_instance, null, 171, IsLoading: false), _fetch.Progress);
        Plan(Offered(), Missing(0, 0, 2), Missing(1));
        Assert.Equal(new CheckpointProgress(s_instance, 171 - 68 - 7, 171, IsLoading: false), _fetch.Progress);
        Answer(2, 0, 1);
        Assert.Equal(new CheckpointProgress(s_instance, 171 - 52 - 7, 171, IsLoading: false), _fetch.Progress);
        foreach (int index in (int[])[3, 4, 5, 6]) Answer(2, 0, index);
        Answer(2, 1, 0);
        _fetch.TakeComplete();
        Assert.Equal(new CheckpointProgress(s_instance, 171, 171, IsLoading: true), _fetch.Progress);
        _fetch.Abandon();
        Assert.Null(_fetch.Progress);
    }

    [Fact]
    public void A_checkpoint_of_which_nothing_is_missing_is_complete_at_once()
    {
        Offer(2);
        Assert.Null(_fetch.TakeComplete());
        Plan(Offered());
        Assert.Empty(Asked());
        Assert.NotNull(_fetch.TakeComplete());
    }

    [Fact]
    public void What_is_missing_of_another_checkpoint_says_nothing_and_what_is_missing_is_said_once()
    {
        Offer(2);
        Plan(Offered(s_instance + 1));
        Assert.Null(_fetch.TakeComplete());
        Plan(Offered(), Missing(1));
        Plan(Offered()); // a second time
        Assert.Null(_fetch.TakeComplete());
        Answer(2, 1, 0);
        Assert.NotNull(_fetch.TakeComplete());
    }

    [Fact]
    public void A_piece_that_is_wrong_is_asked_of_another_and_its_sender_not_again()
    {
        Offer(2);
        Offer(3);
        Plan(Offered(), Missing(1));
        _effects.Clear();
        _fetch.OnPiece(new ReplicaId(2), new Piece(_runs[1].Tree.Root, 0, new byte[7], []));
        Assert.Equal(RejectReason.InvalidProof, Assert.Single(_effects.Effects.OfType<RejectEffect>()).Reason);
        Assert.Empty(_effects.Effects.OfType<StorePieceEffect>());
        Assert.Equal(new ReplicaId(3), Assert.Single(_effects.Effects.OfType<SendEffect>()).To);
        Answer(3, 1, 0);
        Assert.NotNull(_fetch.TakeComplete());
    }

    [Fact]
    public void A_right_piece_that_was_not_asked_for_is_refused()
    {
        Answer(2, 0, 0);
        Offer(2);
        Answer(2, 0, 0);
        Plan(Offered(), Missing(0, 0, 1));
        Answer(2, 0, 0); // is on disk
        Answer(2, 0, 6); // comes later
        Answer(2, 1, 0); // another run of the checkpoint
        Answer(3, 0, 2); // was asked of another
        Assert.Equal(6, _effects.Effects.OfType<RejectEffect>().Count(r => r.Reason == RejectReason.Unsolicited));
        Answer(2, 0, 2);
        Answer(2, 0, 2);
        Assert.Equal(7, _effects.Effects.OfType<RejectEffect>().Count(r => r.Reason == RejectReason.Unsolicited));
        Assert.Single(_effects.Effects.OfType<StorePieceEffect>());
    }

    [Fact]
    public void What_does_not_come_is_asked_of_another()
    {
        Offer(2);
        Offer(3);
        Plan(Offered(), Missing(2));
        Answer(3, 2, 1);
        Answer(3, 2, 3);
        _effects.Clear();
        At(10 * _context.Settings.StatusPeriodMicros + 1);
        _fetch.Tick();
        Assert.Equal([(2, 0), (2, 2)], Asked());
        Assert.All(_effects.Effects.OfType<SendEffect>(), static e => Assert.Equal(new ReplicaId(3), e.To));
        Answer(3, 2, 0);
        Answer(3, 2, 2);
        Assert.NotNull(_fetch.TakeComplete());
    }

    [Fact]
    public void Who_failed_in_a_fetch_that_is_over_is_asked_again_in_a_later_one()
    {
        Offer(2);
        Plan(Offered(), Missing(0));
        Lie(2);
        _fetch.Abandon(); // decided batches led further
        Offer(2);
        Assert.False(_fetch.IsActive);

        for (int i = 0; i < 20; i++) _fetch.Tick();
        Offer(2);
        Assert.True(_fetch.IsActive);
    }

    /// <summary>Offers of newer checkpoints, again and again, must not keep a fetch from its end.</summary>
    [Fact]
    public void A_newer_offer_does_not_end_a_fetch_that_has_a_source()
    {
        Offer(2);
        Plan(Offered(), Missing(0));
        for (int i = 1; i <= 5; i++) Offer(3, s_instance + i);
        Assert.Equal(
            [s_instance], _effects.Effects.OfType<BeginFetchEffect>().Select(static e => e.Certificate.Instance));

        Lie(2); // its only source
        Offer(3, s_instance + 6);
        Assert.Equal(
            s_instance + 6, _effects.Effects.OfType<BeginFetchEffect>().Last().Certificate.Instance);
        Plan(Offered(), Missing(0)); // late
        Assert.DoesNotContain(
            _effects.Effects.OfType<SendEffect>(), static e => e.To == new ReplicaId(3) && e.Message is FetchPiece);
    }

    private void At(long micros) => _context.BeginStep(new ClockReading(micros, 0), _effects);

    private void Lie(int from) =>
        _fetch.OnPiece(new ReplicaId(from), new Piece(_runs[0].Tree.Root, 0, new byte[3], []));

    private void Answer(int from, int run, int index) => _fetch.OnPiece(
        new ReplicaId(from),
        new Piece(_runs[run].Tree.Root, index, _runs[run].ChunkAt(index), _runs[run].Tree.Path(index)));

    private IEnumerable<(int Run, int Index)> Asked() =>
        _effects.Effects.OfType<SendEffect>().Select(static e => e.Message).OfType<FetchPiece>()
            .Select(m => (Array.FindIndex(_runs, run => run.Tree.Root == m.Run), m.Index));

    private void Plan(CheckpointOffer of, params MissingRun[] missing) =>
        _fetch.OnPlanned(new FetchPlannedInput(of.Manifest, missing));

    private MissingRun Missing(int run, params int[] chunks) => new(Describe(_runs[run]), chunks);

    private void Offer(int from, Instance? instance = null) => _fetch.OnOffer(new ReplicaId(from), Offered(instance));

    private CheckpointOffer Offered(Instance? instance = null)
    {
        Manifest manifest = new(1, instance ?? s_instance, [.. _runs.Select(Describe)], []);
        return new CheckpointOffer(new CheckpointCertificate(manifest.Instance, manifest.Root, []), manifest);
    }

    private static RunDescription Describe(MemoryRun run) => new(run.Tree.Root, run.Bytes.Length, Level: 0);

    private static MemoryRun RunOf(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return new MemoryRun(bytes, ChunkBytes);
    }
}
