using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Ordering.ModSmart;
using BftSmr.Settings;
using BftSmr.Tests.Codec;

namespace BftSmr.Tests.Authentication;

/// <summary>
/// Checkpoints, certificates, STOPDATA and SYNC, as the ingress checks them. n = 4, f = 1; this is replica 1.
/// </summary>
public sealed class ProofTests : IDisposable
{
    private static readonly Digest A = Blake2b.Hash([1]), B = Blake2b.Hash([2]);
    private static readonly Manifest Manifest = new(1, new Instance(10), [], []);
    private static readonly Digest Root = Manifest.Root;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_checkpoint_is_signed_by_the_peer_that_sends_it()
    {
        Checkpoint checkpoint = Signed(new Checkpoint(new Instance(10), Root, new ReplicaId(2)));

        Accepted(2, checkpoint);
        Rejected(3, checkpoint, RejectReason.WrongSender);
        Rejected(2, checkpoint with { Root = A }, RejectReason.BadAuthentication);
        Rejected(2, checkpoint with { Instance = new Instance(11) }, RejectReason.BadAuthentication);
        Rejected(2, checkpoint with { Signature = new byte[64] }, RejectReason.BadAuthentication);
        Rejected(
            2, checkpoint with { Signature = Signed(checkpoint with { Sender = new ReplicaId(3) }).Signature },
            RejectReason.BadAuthentication);
    }

    [Fact]
    public void A_certificate_has_signatures_of_a_write_quorum_all_of_them_right()
    {
        Accepted(3, new CheckpointOffer(Certificate(10, Root, 0, 1, 2), Manifest));
        Accepted(3, new CheckpointOffer(Certificate(10, Root, 0, 1, 2, 3), Manifest));
        Rejected(3, new CheckpointOffer(Certificate(10, Root, 0, 2), Manifest), RejectReason.InvalidProof);
        Rejected(3, new CheckpointOffer(Certificate(10, Root), Manifest), RejectReason.InvalidProof);

        CheckpointCertificate right = Certificate(10, Root, 0, 1, 2);
        Manifest other = new(2, new Instance(10), [], []), next = new(1, new Instance(11), [], []);
        Rejected(3, new CheckpointOffer(right with { Root = other.Root }, other), RejectReason.InvalidProof);
        Rejected(
            3, new CheckpointOffer(right with { Root = next.Root, Instance = next.Instance }, next),
            RejectReason.InvalidProof);
        CheckpointSignature wrong = new(new ReplicaId(2), right.Signatures[1].Signature);
        Rejected(
            3,
            new CheckpointOffer(
                right with { Signatures = [right.Signatures[0], right.Signatures[1], wrong] }, Manifest),
            RejectReason.InvalidProof);
    }

    [Fact]
    public void One_replica_cannot_sign_a_certificate_twice()
    {
        CheckpointCertificate one = Certificate(10, Root, 2);
        byte[] twice = Wire.Encode(new CheckpointOffer(Certificate(10, Root, 2, 3), Manifest));
        byte[] second = one.Signatures[0].Signature.ToArray();
        int at = twice.AsSpan().LastIndexOf(new byte[] { 0x92, 3, 0xc4, 64 });
        twice[at + 1] = 2;
        second.CopyTo(twice, at + 4);

        Assert.Null(MessageIngress().FromPeer(new ReplicaId(3), twice, out RejectReason reason));
        Assert.Equal(RejectReason.Malformed, reason);
    }

    [Fact]
    public void A_certificate_comes_with_the_manifest_that_it_signs()
    {
        CheckpointCertificate right = Certificate(10, Root, 0, 1, 2);
        Manifest other = new(2, new Instance(10), [], []), next = new(1, new Instance(11), [], []);
        Rejected(3, new CheckpointOffer(right, other), RejectReason.Malformed);
        Rejected(3, new CheckpointOffer(right with { Root = A }, Manifest), RejectReason.Malformed);
        Rejected(3, new CheckpointOffer(Certificate(9, Root, 0, 1, 2), Manifest), RejectReason.Malformed);
        Rejected(3, new CheckpointOffer(Certificate(10, next.Root, 0, 1, 2), next), RejectReason.Malformed);
    }

    [Fact]
    public void The_initial_state_needs_no_signatures_and_is_nothing_but_the_initial_state()
    {
        Accepted(2, Signed(StopData(2, 5) with { Stable = CheckpointCertificate.Initial }));
        foreach (CheckpointCertificate certificate in (CheckpointCertificate[])
            [new(Instance.Zero, Root, []), Certificate(0, Root, 0, 1, 2), Certificate(0, default, 0, 1, 2)])
        {
            Rejected(2, Signed(StopData(2, 5) with { Stable = certificate }), RejectReason.InvalidProof);
        }
        // None needs to fetch it.
        Rejected(3, new CheckpointOffer(CheckpointCertificate.Initial, Manifest.Initial), RejectReason.Malformed);
    }

    [Fact]
    public void A_stopdata_is_signed_by_the_peer_that_sends_it()
    {
        StopData stopData = StopData(2, 5);

        Accepted(2, stopData);
        Rejected(0, stopData, RejectReason.WrongSender);
        Rejected(2, stopData with { Signature = new byte[64] }, RejectReason.BadAuthentication);
        Rejected(2, stopData with { Regency = new Regency(6) }, RejectReason.BadAuthentication);
        Rejected(2, stopData with { LastExecuted = new Instance(99) }, RejectReason.BadAuthentication);
        Rejected(2, stopData with { SilentUntil = new Instance(99) }, RejectReason.BadAuthentication);
        Rejected(2, stopData with { Evidence = [] }, RejectReason.BadAuthentication);
        Rejected(2, stopData with { Stable = Certificate(10, A, 0, 1, 2) }, RejectReason.BadAuthentication);
    }

    [Fact]
    public void A_stopdata_proves_that_f_plus_1_correct_replicas_have_its_checkpoint()
    {
        Rejected(2, Signed(StopData(2, 5) with { Stable = Certificate(10, Root, 0, 2) }), RejectReason.InvalidProof);
        Accepted(2, Signed(StopData(2, 5) with { Stable = CheckpointCertificate.Initial }));
    }

    [Fact]
    public void A_stopdata_speaks_of_earlier_regencies_and_of_instances_above_its_checkpoint()
    {
        Accepted(
            2,
            WithEvidence(
                new InstanceEvidence(new Instance(11), new Vote(new Regency(4), A), [new Vote(new Regency(4), A)])));
        Rejected(
            2, WithEvidence(new InstanceEvidence(new Instance(11), new Vote(new Regency(5), A), [])),
            RejectReason.InvalidProof);
        Rejected(
            2, WithEvidence(new InstanceEvidence(new Instance(11), null, [new Vote(new Regency(5), A)])),
            RejectReason.InvalidProof);
        Rejected(2, WithEvidence(new InstanceEvidence(new Instance(10), null, [])), RejectReason.InvalidProof);

        StopData WithEvidence(InstanceEvidence evidence) => Signed(StopData(2, 5) with { Evidence = [evidence] });
    }

    [Fact]
    public void A_sync_holds_n_minus_f_stopdata_and_any_replica_may_pass_it_on()
    {
        Accepted(1, Sync(5, 0, 1, 2));
        Accepted(3, Sync(5, 0, 1, 2));
        Accepted(2, Sync(5, 0, 1, 2, 3));
        Rejected(1, Sync(5, 0, 1), RejectReason.InvalidProof);
    }

    [Fact]
    public void A_sync_with_a_stopdata_of_another_regency_is_rejected()
    {
        Sync sync = Sync(5, 0, 1, 2, 3);
        Rejected(1, sync with { Collected = [.. sync.Collected.Take(3), StopData(3, 4)] }, RejectReason.InvalidProof);
        Rejected(1, sync with { Regency = new Regency(6) }, RejectReason.InvalidProof);
    }

    [Fact]
    public void A_sync_with_one_stopdata_that_does_not_prove_itself_is_rejected()
    {
        Sync sync = Sync(5, 0, 1, 2, 3);
        StopData last = sync.Collected[3];
        Rejected(1, With(last with { LastExecuted = new Instance(98) }), RejectReason.InvalidProof);
        Rejected(1, With(Signed(last with { Stable = Certificate(10, Root, 0, 3) })), RejectReason.InvalidProof);
        Rejected(
            1,
            With(Signed(last with
            {
                Evidence = [new InstanceEvidence(new Instance(11), null, [new Vote(new Regency(5), A)])],
            })), RejectReason.InvalidProof);

        Sync With(StopData changed) => sync with { Collected = [.. sync.Collected.Take(3), changed] };
    }

    [Fact]
    public void A_sync_with_a_stopdata_of_a_replica_that_does_not_exist_or_spoke_twice_is_malformed()
    {
        byte[] fifth = Wire.Encode(
            Sync(5, 0, 1, 2) with
            {
                Collected = [StopData(0, 5), StopData(1, 5), StopData(2, 5) with { Sender = new ReplicaId(4) }],
            });
        byte[] twice = Wire.Encode(Sync(5, 0, 1, 2));
        int second = twice.AsSpan().IndexOf(new byte[] { 0x97, 5, 1 });
        twice[second + 2] = 0;

        foreach (byte[] frame in (byte[][])[fifth, twice])
        {
            Assert.Null(MessageIngress().FromPeer(new ReplicaId(1), frame, out RejectReason reason));
            Assert.Equal(RejectReason.Malformed, reason);
        }
    }

    [Fact]
    public void What_is_signed_for_one_purpose_or_cluster_does_not_count_for_another()
    {
        Checkpoint checkpoint = new(new Instance(10), Root, new ReplicaId(2));
        byte[] untagged =
            PeerMessageCodec.SignedBytes(checkpoint)["bftsmr checkpoint".Length..], signature = new byte[64];
        _keys.Replica(2).Sign(untagged, signature);
        Rejected(2, checkpoint with { Signature = signature }, RejectReason.BadAuthentication);

        using TestKeys sameKeysElsewhere = new(replicas: 4, clients: 1, clusterId: "another");
        sameKeysElsewhere.Replica(2).Sign(PeerMessageCodec.SignedBytes(checkpoint), signature);
        Rejected(2, checkpoint with { Signature = signature }, RejectReason.BadAuthentication);
    }

    [Fact]
    public void What_is_not_sorted_is_not_encoded()
    {
        InstanceEvidence first = new(new Instance(11), null, []), second = new(new Instance(12), null, []);
        Vote low = new(new Regency(1), A < B ? A : B), high = new(new Regency(1), A < B ? B : A);
        Sync sync = Sync(5, 0, 1, 2);

        Assert.Throws<InvalidOperationException>(() => Wire.Encode(StopData(2, 5) with { Evidence = [second, first] }));
        Assert.Throws<InvalidOperationException>(() => Wire.Encode(StopData(2, 5) with { Evidence = [first, first] }));
        Assert.Throws<InvalidOperationException>(
            () => Wire.Encode(StopData(2, 5) with { Evidence = [first with { WriteSet = [high, low] }] }));
        Assert.Throws<InvalidOperationException>(
            () => Wire.Encode(sync with { Collected = [sync.Collected[1], sync.Collected[0], sync.Collected[2]] }));
        Assert.Throws<InvalidOperationException>(
            () => Wire.Encode(new CheckpointOffer(Certificate(10, Root, 2, 1), Manifest)));
    }

    private MessageIngress MessageIngress() =>
        new(
            new ReplicaSettings { Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(1),
            ModSmartProtocol.Instance);

    private Checkpoint Signed(Checkpoint checkpoint)
    {
        byte[] signature = new byte[64];
        _keys.Replica(checkpoint.Sender.Value).Sign(PeerMessageCodec.SignedBytes(checkpoint), signature);
        return checkpoint with { Signature = signature };
    }

    private StopData Signed(StopData stopData)
    {
        byte[] signature = new byte[64];
        _keys.Replica(stopData.Sender.Value).Sign(PeerMessageCodec.SignedBytes(stopData), signature);
        return stopData with { Signature = signature };
    }

    private CheckpointCertificate Certificate(long instance, Digest root, params int[] signers) => new(
        new Instance(instance), root,
        [.. signers.Select(i => new CheckpointSignature(
            new ReplicaId(i), Signed(new Checkpoint(new Instance(instance), root, new ReplicaId(i))).Signature))]);

    private StopData StopData(int sender, long regency) => Signed(new StopData(
        new Regency(regency), new ReplicaId(sender), new Instance(12), Certificate(10, Root, 0, 1, 3),
        [
            new InstanceEvidence(new Instance(11), new Vote(new Regency(1), A), [new Vote(new Regency(1), A)]),
            new InstanceEvidence(
                new Instance(12), null,
                [.. new[] { new Vote(new Regency(1), A), new Vote(new Regency(2), B) }.OrderBy(static v => v.Value)]),
        ]));

    private Sync Sync(long regency, params int[] senders) =>
        new(new Regency(regency), [.. senders.Select(i => StopData(i, regency))]);

    private void Accepted(int from, PeerMessage message)
    {
        Input? input = MessageIngress().FromPeer(new ReplicaId(from), Wire.Encode(message), out RejectReason reason);
        Assert.True(input is PeerInput, $"rejected: {reason}");
    }

    private void Rejected(int from, PeerMessage message, RejectReason expected)
    {
        Assert.Null(MessageIngress().FromPeer(new ReplicaId(from), Wire.Encode(message), out RejectReason reason));
        Assert.Equal(expected, reason);
    }
}
