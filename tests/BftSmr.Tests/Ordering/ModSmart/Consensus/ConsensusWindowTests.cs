using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Settings;
using BftSmr.Tests.Codec;

namespace BftSmr.Tests.Ordering.ModSmart.Consensus;

public sealed class ConsensusWindowTests : IDisposable
{
    private static readonly Digest s_value = Digest.Of("a value"u8), s_other = Digest.Of("another value"u8);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly VotingParts _parts;

    public ConsensusWindowTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings
            {
                Self = new ReplicaId(1),
                Quorums = Quorums.Byzantine(4, 1),
                BatchBytesMax = 5_000,
                CheckpointBytes = 10_000,
            },
            _keys.Replica(1));
        _context.BeginStep(new ClockReading(0, 0), _effects);
        _parts = new VotingParts(_context);
    }

    private ConsensusWindow Window => _parts.Window;

    private DecidedLog Log => _parts.Log;

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

    [Fact]
    public void An_ACCEPT_sent_without_a_WRITE_is_remembered_beyond_the_gap()
    {
        Open(regency: 2, syncBase: 500, syncHigh: 500);
        foreach (int from in (int[])[0, 2, 3]) Write(from, 505, s_value, regency: 2);
        Assert.Equal(505, Accepts.Single().Instance.Value);

        Open(regency: 3, syncBase: 1000, syncHigh: 1000);
        InstanceEvidence evidence = Assert.Single(Window.Evidence(Instance.Zero));
        Assert.Equal(new Vote(new Regency(2), s_value), evidence.Written);
    }

    [Fact]
    public void What_is_said_again_to_one_that_is_far_behind_leaves_out_nothing_of_what_is_not_executed()
    {
        Dictionary<long, Digest> noops = Enumerable.Range(1, 20).ToDictionary(
            static i => (long)i, static _ => BatchCodec.Noop.Digest);
        Open(regency: 2, syncBase: 0, syncHigh: 20, noops);
        for (int instance = 1; instance <= 20; instance++)
        {
            foreach (int from in (int[])[0, 2, 3]) Accept(from, instance, BatchCodec.Noop.Digest, regency: 2);
            Assert.True(Log.TryNextDecided(out DecidedInstance decided, out _));
            Log.MarkExecuted(decided);
        }
        foreach (int from in (int[])[0, 2, 3]) Write(from, 21, s_value, regency: 2);

        _effects.Clear();
        new VoteRetransmission(_context, Log, Window).Retransmit(slowest: Instance.Zero);
        Assert.Equal([21, 1, 2, 3, 4, 5, 6, 7, 8], Accepts.Select(static a => a.Instance.Value));
    }

    [Fact]
    public void The_log_is_full_when_64_checkpoints_that_are_due_by_bytes_wait_to_become_stable()
    {
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(0), 7), 1, RequestKind.Command, ReplicaSet.AllOf(2), default, new byte[5_000]);
        Batch batch = BatchCodec.Create(1, 1, [request]);
        while (!Log.IsFull) Execute(batch);
        long last = Log.LastExecuted.Value;
        Assert.InRange(last * batch.Encoded.Length, 640_000, 640_000 + batch.Encoded.Length);

        Log.ForgetStable(new Instance(2), static _ => { });
        Execute(batch);
        Assert.False(Log.IsFull);
        Execute(batch);
        Assert.True(Log.IsFull);
    }

    private void Execute(Batch batch)
    {
        Log.Learn(Log.LastExecuted.Next, batch.Digest, batch);
        Assert.True(Log.TryNextDecided(out DecidedInstance state, out _));
        Log.MarkExecuted(state);
    }

    /// <summary>
    /// A faulty leader, in one regency after the other, proposes something else for each instance: nothing is decided,
    /// and all of it has to be told.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_was_written_always_fits_into_a_STOPDATA(int instances)
    {
        ReplicaContext context = new(
            new ReplicaSettings
            {
                Self = new ReplicaId(1),
                Quorums = Quorums.Byzantine(4, 1),
                Window = 1,
                CheckpointPeriod = 1,
            },
            _keys.Replica(1));
        context.BeginStep(new ClockReading(0, 0), _effects);
        ConsensusWindow window = new VotingParts(context).Window;
        Regency regency = Regency.Zero;
        for (int change = 0; change < 2 * CodecLimits.WriteSetMax; change++)
        {
            regency = new Regency(regency.Value + 4);
            window.Close(regency);
            window.Open(Instance.Zero, Instance.Zero, new Dictionary<long, Digest>());
            for (int i = 1; i <= instances; i++)
                window.OnPropose(
                    new ReplicaId(0),
                    new Propose(regency, new Instance(i), BatchCodec.Create(1, (ulong)(change * instances + i), [])));
        }

        IReadOnlyList<InstanceEvidence> evidence = window.Evidence(above: Instance.Zero);
        byte[] frame = Wire.Encode(
            new StopData(regency.Next, context.Self, Instance.Zero, CheckpointCertificate.Initial, evidence)
            {
                Signature = new byte[Request.SignatureBytes],
            });
        Assert.Equal(instances, evidence.Count);
        Assert.Equal(
            instances == 1 ? CodecLimits.WriteSetMax : CodecLimits.WriteSetMax + instances,
            evidence.Sum(static e => e.WriteSet.Count));
        Assert.InRange(frame.Length, 1, context.Limits.StopDataBytesMax);
        Assert.True(PeerMessageCodec.TryDecode(frame, context.Limits, out _));
    }

    private List<Accept> Accepts =>
        [.. _effects.Effects.OfType<BroadcastEffect>().Select(static e => e.Message).OfType<Accept>()];

    private void Open(long regency, long syncBase, long syncHigh, Dictionary<long, Digest>? bound = null)
    {
        Window.Close(new Regency(regency));
        Window.Open(new Instance(syncBase), new Instance(syncHigh), bound ?? []);
    }

    private void Write(int from, long instance, Digest value, long regency = 0) =>
        Window.OnWrite(new ReplicaId(from), new Write(new Regency(regency), new Instance(instance), value));

    private void Accept(int from, long instance, Digest value, long regency = 0) =>
        Window.OnAccept(new ReplicaId(from), new Accept(new Regency(regency), new Instance(instance), value));
}
