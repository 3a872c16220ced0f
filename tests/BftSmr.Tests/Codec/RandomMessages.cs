using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Tests.Codec;

/// <summary>
/// Messages of every kind that follow from a seed. What can be empty or null sometimes is; the larger the size, the
/// longer the lists.
/// </summary>
internal sealed class RandomMessages(int seed, int size)
{
    public const int Replicas = 4;

    private readonly Random _random = new(seed);

    public static CodecLimits Limits { get; } = new() { Replicas = Replicas };

    /// <summary>One of each kind.</summary>
    public IEnumerable<PeerMessage> EveryPeerMessage() =>
    [
        new Propose(Regency(), Instance(), Batch()),
        new Write(Regency(), Instance(), Digest()),
        new Accept(Regency(), Instance(), Digest()),
        new Refuse(Regency(), Instance(), Digest(), [.. Many(Count(), Client).Distinct().Order()]),
        new Vouch(Instance(), Bytes(Messages.Request.MacBytes * (1 + Count()))),
        new RelayRead(Client(), (ulong)Number(), (ulong)Number(), Bytes(Length()), Bytes(Messages.Request.MacBytes)),
        new VouchRead(Client(), (ulong)Number(), (ulong)Number(), Voucher(Replica())),
        new Forward(Request()),
        new Stop(Regency()),
        StopData(Replica()),
        Sync(),
        new Checkpoint(Instance(), Digest(), Replica()) { Signature = Bytes(Messages.Request.SignatureBytes) },
        new Status(Regency(), Flag(), Instance(), Instance())
        {
            LastAccepted = Instance(), Wanted = Regency(), VotesForgotten = Flag(),
            SilentBelow = Regency(), IsBehind = Flag(), Run = (ulong)Number(),
            Runs = [.. Enumerable.Range(0, Replicas).Select(_ => (ulong)Number())],
        },
        new FetchSync(Regency()),
        new FetchBatch(Instance(), Digest()),
        new BatchBody(Instance(), Batch()),
        new FetchDecided(Instance(), _random.Next(1, CodecLimits.DecidedMax + 1), Flag()),
        Decided(),
        new FetchCheckpoint(Instance()),
        Offer(),
        new FetchPiece(Digest(), (int)(Number() & int.MaxValue)),
        new Piece(
            Digest(), (int)(Number() & int.MaxValue), Bytes(Length()),
            Many(Math.Min(Count(), CodecLimits.ChunkPathMax), Digest)),
    ];

    public IEnumerable<ClientMessage> EveryClientMessage() =>
    [
        new Attach((ulong)Number()),
        new Submit(Request()),
        new Read((ulong)Number(), (ulong)Number(), Flag(), Bytes(Length())),
        Relayed(
            new Read((ulong)Number(), (ulong)Number(), Flag(), Bytes(Length())), SomeReplicas()),
        Reply(),
        Vouched(Reply(), SomeReplicas()),
        ReadReply(),
        ReadReply() with { Vouchers = [.. Senders().Select(Voucher)] },
    ];

    public IEnumerable<LogRecord> EveryLogRecord() =>
    [
        new RegencyInstalled(Regency()),
        new RegencySynchronized(Sync()),
        new WriteVoted(Instance(), Vote(), Flag() ? Batch() : null),
        new QuorumWritten(Instance(), Vote()),
        new ValueDecided(Instance(), Digest(), Flag() ? Batch() : null),
        Stable(),
        new SilentUpTo(Instance(), Regency()),
        new RegencyWanted(Regency()),
    ];

    public Request Request()
    {
        SessionId session = new(Client(), (ulong)Number());
        ulong sequence = (ulong)Math.Max(1, Number());
        ulong outstanding = 1 + ((ulong)Number() % sequence);
        Request made = RequestCodec.Create(
            session, sequence, (RequestKind)_random.Next(3), SomeReplicas(), Replica(), Bytes(Length()), outstanding,
            Flag());
        return RequestCodec.WithAuthentication(
            made, Flag() ? Bytes(Replicas * Messages.Request.MacBytes) : default,
            Flag() ? Bytes(Messages.Request.SignatureBytes) : default);
    }

    public Batch Batch() => BatchCodec.Create(Number(), (ulong)Number(), Many(Count(), Request));

    private Reply Reply()
    {
        bool isDigest = Flag();
        return new Reply(
            (ulong)Number(), (ulong)Number(), Regency(), (ReplyStatus)_random.Next(5), isDigest,
            Bytes(isDigest ? BftCloud.Primitives.Digest.Size : Length()));
    }

    private ReplicaSet SomeReplicas() => ReplicaSet.FromBits((ulong)_random.Next(1 << Replicas));

    private Reply Vouched(Reply reply, ReplicaSet from) =>
        reply with { Vouchers = new Vouchers(from, Bytes(Messages.Request.MacBytes * from.Count)) };

    private static Read Relayed(Read read, ReplicaSet seconders) =>
        read with { Seconders = seconders, Macs = new byte[Messages.Request.MacBytes * seconders.Count] };

    private ReadVoucher Voucher(ReplicaId from) =>
        new(from, (ReplyStatus)_random.Next(5), Digest(), Bytes(Messages.Request.MacBytes));

    private ReadReply ReadReply()
    {
        bool isDigest = Flag();
        return new ReadReply(
            (ulong)Number(), (ulong)Number(), Regency(), (ReplyStatus)_random.Next(5), isDigest,
            Bytes(isDigest ? BftCloud.Primitives.Digest.Size : Length()));
    }

    private StopData StopData(ReplicaId sender) =>
        new(
            Regency(), sender, Instance(), Certificate(),
            [.. Many(Count(), Evidence).DistinctBy(static e => e.Instance).OrderBy(static e => e.Instance)])
        {
            SilentUntil = Instance(),
            Signature = Bytes(Messages.Request.SignatureBytes),
        };

    private InstanceEvidence Evidence() => new(
        Instance(), Flag() ? Vote() : null,
        [.. Many(Math.Min(Count(), CodecLimits.WriteSetMax), Vote).DistinctBy(static v => v.Value)
            .OrderBy(static v => v.Value)]);

    private Sync Sync() => new(Regency(), [.. Senders().Select(StopData)]);

    private Decided Decided()
    {
        Digest[] values = Many(Count(), Digest);
        return new Decided(Instance(), values, Many(_random.Next(values.Length + 1), Batch));
    }

    private CheckpointOffer Offer()
    {
        Manifest manifest = Manifest();
        return new CheckpointOffer(Of(manifest), manifest) { IsInstead = Flag() };
    }

    private CheckpointStable Stable()
    {
        Manifest manifest = Manifest();
        return new CheckpointStable(Of(manifest), manifest);
    }

    private CheckpointCertificate Of(Manifest manifest) => Certificate() with
    {
        Instance = manifest.Instance, Root = manifest.Root,
    };

    /// <summary>One that a policy of merging might make.</summary>
    public Manifest Manifest()
    {
        long number = 1 + (Number() >> 1);
        RunDescription[] runs = Many(
            Count(), () => new RunDescription(
                Digest(), 1 + (Number() >> 8), _random.Next(RunDescription.BottomLevel + 1)));
        List<PlannedMerge> merges = [];
        for (int first = _random.Next(3); first + 2 <= runs.Length;)
        {
            int count = _random.Next(2, runs.Length - first + 1);
            merges.Add(new PlannedMerge(
                first, count, _random.Next(RunDescription.BottomLevel + 1), number + 1 + (Number() >> 2)));
            first += count + _random.Next(3);
        }
        return new Manifest(number, new Instance(1 + (Number() >> 1)), runs, merges);
    }

    private CheckpointCertificate Certificate() => _random.Next(4) == 0
        ? CheckpointCertificate.Initial
        : new CheckpointCertificate(
            Instance(), Digest(),
            [.. Senders().Select(s => new CheckpointSignature(s, Bytes(Messages.Request.SignatureBytes)))]);

    private IEnumerable<ReplicaId> Senders() =>
        Enumerable.Range(0, Replicas).Where(_ => Flag()).Select(static i => new ReplicaId(i));

    private Vote Vote() => new(Regency(), Digest());

    private Regency Regency() => new(Number());

    private Instance Instance() => new(Number());

    private ClientId Client() => new(_random.Next(1 << _random.Next(1, 31)));

    private ReplicaId Replica() => new(_random.Next(Replicas));

    private Digest Digest() => new(Bytes(BftCloud.Primitives.Digest.Size));

    private bool Flag() => _random.Next(2) == 1;

    /// <summary>Of any magnitude, so that every length of an integer comes up.</summary>
    private long Number() => (long)((ulong)_random.NextInt64(long.MaxValue) >> _random.Next(63));

    private int Count() => _random.Next(Math.Min(size, 20) + 1);

    private int Length() => _random.Next(8) == 0 ? _random.Next(size * 8 + 1) : _random.Next(40);

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static T[] Many<T>(int count, Func<T> one)
    {
        T[] items = new T[count];
        for (int i = 0; i < count; i++) items[i] = one();
        return items;
    }
}
