using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Settings;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.CatchUp;

public sealed class DecidedArchiveTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly PeerProgress _progress;
    private readonly DecidedArchive _archive;
    private readonly BatchArchive _memory = new();

    public DecidedArchiveTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        _context.BeginStep(new ClockReading(0, 0), _effects);
        _progress = new PeerProgress(_context);
        _archive = new DecidedArchive(_context, _progress);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_all_others_executed_is_not_kept()
    {
        AllSay(executed: 5);
        Keep(1, 5);
        Assert.Empty(_effects.Effects);
        Assert.False(_archive.Has(new Instance(5)));
    }

    [Fact]
    public void What_one_of_them_lacks_is_kept_from_there_on_and_told()
    {
        AllSay(executed: 5);
        Say(3, executed: 2);
        Keep(1, 5);
        ArchiveEffect kept = Assert.Single(_effects.Effects.OfType<ArchiveEffect>());
        Assert.Equal((3, 3), (kept.First.Value, kept.Batches.Count));
        Assert.Equal(BodyOf(4).Digest, kept.Batches[1].Value);

        FetchDecided asked = new(new Instance(4), 10, WithBodies: true);
        Assert.True(_archive.TrySend(new ReplicaId(3), asked));
        Assert.Equal(new SendArchivedEffect(new ReplicaId(3), asked), _effects.Effects[^1]);
        Assert.False(_archive.TrySend(new ReplicaId(3), asked with { From = new Instance(2) }));
        Assert.False(_archive.TrySend(new ReplicaId(3), asked with { From = new Instance(6) }));
    }

    /// <summary>A replica whose disk was lost has executed nothing, whatever it said before.</summary>
    [Fact]
    public void Nothing_counts_as_executed_by_one_that_was_not_heard_of_or_starts_from_nothing()
    {
        Keep(1, 2);
        Assert.True(_archive.Has(new Instance(1)));
        AllSay(executed: 9);
        Keep(3, 4);
        Assert.False(_archive.Has(new Instance(1)));
        Say(0, executed: 0);
        Keep(5, 6);
        Assert.True(_archive.Has(new Instance(5)) && _archive.Has(new Instance(6)));
    }

    [Fact]
    public void It_is_forgotten_when_all_have_executed_it()
    {
        Keep(1, 4);
        AllSay(executed: 4);
        Keep(5, 5);
        Assert.Equal(
            [4], _effects.Effects.OfType<ForgetArchiveEffect>().Select(static e => e.UpTo.Value));
        Assert.False(_archive.Has(new Instance(4)));
        Assert.True(_archive.Has(new Instance(5)));
    }

    /// <summary>A state that was installed jumps over instances that were not executed here.</summary>
    [Fact]
    public void A_gap_ends_what_was_kept_before_it()
    {
        Keep(1, 3);
        Keep(6, 8);
        Assert.False(_archive.Has(new Instance(3)) || _archive.Has(new Instance(4)));
        Assert.True(_archive.Has(new Instance(6)) && _archive.Has(new Instance(8)));

        List<DecidedInstance> leaving = [Executed(9), new DecidedInstance(new Instance(10)), Executed(11)];
        _archive.Keep(leaving, stateBytes: 1);
        Assert.False(_archive.Has(new Instance(9)) || _archive.Has(new Instance(10)));
        Assert.True(_archive.Has(new Instance(11)));
    }

    [Fact]
    public void The_oldest_parts_give_way_and_a_part_is_bounded()
    {
        const int BodyBytes = 3 << 20;
        long kept = 0;
        for (int i = 1; kept <= _archive.BytesMax + 4 * BodyBytes; i++)
        {
            _archive.Keep([Executed(i, BodyBytes)], stateBytes: 1);
            kept += _effects.Effects.OfType<ArchiveEffect>().Single().Batches.Sum(static b => (long)b.Encoded.Length);
            _effects.Clear();
        }
        Assert.False(_archive.Has(new Instance(1)));
        Assert.True(_archive.Has(new Instance(20)));

        _archive.Keep([.. Enumerable.Range(900, 5).Select(i => Executed(i, BodyBytes))], stateBytes: 1);
        Assert.Equal([2, 2, 1], _effects.Effects.OfType<ArchiveEffect>().Select(static e => e.Batches.Count));
    }

    private void Keep(int first, int last) =>
        _archive.Keep([.. Enumerable.Range(first, last - first + 1).Select(i => Executed(i))], stateBytes: 1);

    private DecidedInstance Executed(int number, int bodyBytes = 10)
    {
        DecidedInstance instance = new(new Instance(number));
        Batch body = BodyOf(number, bodyBytes);
        instance.KeepBody(body);
        instance.RecordDecision(body.Digest);
        instance.MarkExecuted(_context.Limits, _memory);
        return instance;
    }

    private static Batch BodyOf(int number, int bytes = 10) => BatchCodec.Create(
        number, 1, [LogHarness.Request(new byte[bytes])]);

    private void AllSay(long executed)
    {
        foreach (int peer in (int[])[0, 1, 3]) Say(peer, executed);
    }

    private void Say(int peer, long executed) =>
        _progress.Record(
            new ReplicaId(peer), new Status(Regency.Zero, true, new Instance(executed), Instance.Zero));
}
