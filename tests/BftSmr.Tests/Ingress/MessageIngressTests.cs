using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Settings;
using BftSmr.Tests.Codec;

namespace BftSmr.Tests.Ingress;

public sealed class MessageIngressTests : IDisposable
{
    private static readonly ReplicaId Leader = new(0), Self = new(1), Follower = new(2);
    private static readonly ClientId Alice = new(0), Bob = new(1);

    private readonly TestKeys _keys = new(replicas: 4, clients: 3);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_proposal_comes_from_the_leader_of_its_regency_and_may_be_empty()
    {
        Rejected(Mac(), RejectReason.WrongRegency, Follower, Proposal(Request(Alice, macs: true)));
        Assert.Empty(Proposed(Mac()).Batch.Requests);
        Assert.Single(Proposed(Signed(), Request(Alice)).Batch.Requests);
        Assert.NotNull(
            Mac().FromPeer(
                Follower, Wire.Encode(Proposal(Request(Alice, macs: true)) with { Regency = new Regency(6) }), out _));
    }

    [Fact]
    public void A_forwarded_request_is_one_that_this_replica_can_authenticate()
    {
        Request wrongHere = Request(Alice, macs: true);
        wrongHere = With(wrongHere, [.. wrongHere.Macs.Span[..16], .. new byte[16], .. wrongHere.Macs.Span[32..]]);

        Assert.NotNull(Mac().FromPeer(Follower, Wire.Encode(new Forward(Request(Alice, macs: true))), out _));
        Assert.NotNull(Mac().FromPeer(Follower, Wire.Encode(new Forward(Request(Alice, signature: true))), out _));
        Assert.NotNull(Signed().FromPeer(Follower, Wire.Encode(new Forward(Request(Alice, signature: true))), out _));
        Rejected(Mac(), RejectReason.BadAuthentication, Follower, new Forward(Request(Alice)));
        Rejected(Mac(), RejectReason.BadAuthentication, Follower, new Forward(wrongHere));
        Rejected(Signed(), RejectReason.BadAuthentication, Follower, new Forward(Request(Alice, macs: true)));
    }

    [Fact]
    public void A_client_submits_its_own_requests_only()
    {
        Assert.IsType<RequestInput>(
            Mac().FromClient(Alice, Wire.Encode(new Submit(Request(Alice, macs: true))), out _));
        Rejected(Mac(), RejectReason.WrongSender, Bob, new Submit(Request(Alice, macs: true)));
        Rejected(Mac(), RejectReason.WrongSender, Bob, new Submit(Request(Alice, signature: true)));
    }

    [Fact]
    public void A_client_sends_macs_or_a_signature_and_a_signature_that_is_there_is_right()
    {
        Request both = Request(Alice, macs: true, signature: true);

        Assert.NotNull(Mac().FromClient(Alice, Wire.Encode(new Submit(Request(Alice, signature: true))), out _));
        Assert.NotNull(Mac().FromClient(Alice, Wire.Encode(new Submit(both)), out _));
        Assert.NotNull(Mac().FromClient(Alice, Wire.Encode(new Submit(With(both, new byte[64]))), out _));
        Rejected(Mac(), RejectReason.BadAuthentication, Alice, new Submit(Request(Alice)));
        Rejected(
            Mac(), RejectReason.BadAuthentication, Alice,
            new Submit(RequestCodec.WithAuthentication(both, both.Macs, new byte[64])));
    }

    [Fact]
    public void Where_requests_are_signed_a_client_signs()
    {
        Assert.NotNull(Signed().FromClient(Alice, Wire.Encode(new Submit(Request(Alice, signature: true))), out _));
        Rejected(Signed(), RejectReason.BadAuthentication, Alice, new Submit(Request(Alice, macs: true)));
        Rejected(
            Signed(), RejectReason.BadAuthentication, Alice,
            new Submit(RequestCodec.WithAuthentication(Request(Alice, macs: true), default, new byte[64])));
    }

    [Fact]
    public void Reads_and_attachments_carry_the_client_of_the_link()
    {
        ReadInput read = Assert.IsType<ReadInput>(
            Mac().FromClient(Bob, Wire.Encode(new Read(7, 8, true, new byte[] { 9 })), out _));
        Assert.Equal(Bob, read.Client);
        Assert.Equal(8ul, read.Read.ReadId);
        AttachInput attach = Assert.IsType<AttachInput>(Mac().FromClient(Bob, Wire.Encode(new Attach(7)), out _));
        Assert.Equal(new SessionId(Bob, 7), attach.Session);
    }

    [Fact]
    public void Reply_shares_are_asked_for_only_on_reads_that_their_client_authenticated_for_this_replica()
    {
        byte[] statement =
            new byte[ReadStatement.QueryBytes], mac = new byte[BftSmr.Messages.Request.MacBytes],
            another = new byte[BftSmr.Messages.Request.MacBytes];
        ReadStatement.WriteQuery(7, 5, Blake2b.Hash("get"u8), statement);
        _keys.Client(Alice.Value).MacForReplica(Self, statement, mac);
        _keys.Client(Alice.Value).MacForReplica(Follower, statement, another);
        RelayRead read = new(Alice, 7, 5, "get"u8.ToArray(), mac);

        Assert.NotNull(Mac().FromPeer(Follower, Wire.Encode(read), out _));
        Assert.NotNull(Signed().FromPeer(Follower, Wire.Encode(read), out _));
        RelayRead[] forgeries =
        [
            read with { ReadId = 6 }, read with { Nonce = 8 }, read with { Operation = "set"u8.ToArray() },
            read with { Client = Bob }, read with { Client = new ClientId(1000) }, read with { Mac = another },
        ];
        foreach (RelayRead forged in forgeries) Rejected(Mac(), RejectReason.BadAuthentication, Follower, forged);
    }

    [Fact]
    public void A_client_does_not_answer()
    {
        Rejected(Mac(), RejectReason.Unsolicited, Alice, new Reply(1, 1, Regency.Zero, ReplyStatus.Ok, false, default));
        Rejected(
            Mac(), RejectReason.Unsolicited, Alice, new ReadReply(1, 1, Regency.Zero, ReplyStatus.Ok, false, default));
    }

    [Fact]
    public void Frames_that_are_no_messages_of_this_link_are_malformed()
    {
        MessageIngress ingress = Mac();
        byte[] peer = Wire.Encode(new Stop(new Regency(1))), client = Wire.Encode(new Attach(1));

        Assert.Null(ingress.FromPeer(Leader, client, out RejectReason fromPeer));
        Assert.Null(ingress.FromClient(Alice, peer, out RejectReason fromClient));
        Assert.Null(ingress.FromPeer(Leader, ReadOnlyMemory<byte>.Empty, out RejectReason empty));
        Assert.All([fromPeer, fromClient, empty], static r => Assert.Equal(RejectReason.Malformed, r));
    }

    [Fact]
    public void Frames_beyond_the_limit_are_oversized()
    {
        MessageIngress ingress = Mac();
        Assert.Null(
            ingress.FromPeer(Leader, new byte[ingress.Limits.PeerFrameBytesMax + 1], out RejectReason fromPeer));
        Assert.Null(
            ingress.FromClient(Alice, new byte[ingress.Limits.ClientFrameBytesMax + 1], out RejectReason fromClient));
        Assert.All([fromPeer, fromClient], static r => Assert.Equal(RejectReason.Oversized, r));
    }

    [Fact]
    public void A_peer_beyond_the_membership_is_nobody()
    {
        Rejected(Mac(), RejectReason.WrongSender, new ReplicaId(4), new Stop(new Regency(1)));
        Rejected(Mac(), RejectReason.WrongSender, new ReplicaId(-1), new Stop(new Regency(1)));
    }

    [Fact]
    public void Bulk_and_all_else_have_links_of_their_own()
    {
        int bulk = 0;
        foreach (PeerMessage message in new RandomMessages(1, 5).EveryPeerMessage())
        {
            bool isBulk = message is FetchDecided or Decided or FetchPiece or Piece;
            if (isBulk) bulk++;
            Assert.Null(Mac().FromPeer(Follower, Wire.Encode(message), out RejectReason reason, !isBulk));
            Assert.Contains(reason, (RejectReason[])[RejectReason.WrongLink, RejectReason.Malformed]);
        }
        Assert.InRange(bulk, 4, int.MaxValue);
        FetchPiece question = new(default, 0);
        Stop stop = new(new Regency(1));
        Assert.NotNull(Mac().FromPeer(Follower, Wire.Encode(question), out _, isBulk: true));
        Assert.NotNull(Mac().FromPeer(Follower, Wire.Encode(stop), out _, isBulk: false));
        Assert.Null(Mac().FromPeer(Follower, Wire.Encode(question), out RejectReason forVotes, isBulk: false));
        Assert.Null(Mac().FromPeer(Follower, Wire.Encode(stop), out RejectReason forBulk, isBulk: true));
        Assert.Equal((RejectReason.WrongLink, RejectReason.WrongLink), (forVotes, forBulk));
    }

    [Fact]
    public void Messages_that_need_no_proof_pass_with_their_sender()
    {
        foreach (PeerMessage message in (PeerMessage[])[
            new Write(
                new Regency(1), new Instance(2), default), new Accept(new Regency(1), new Instance(2), default),
                new Refuse(new Regency(1), new Instance(2), default, [Alice, Bob]),
            new Vouch(new Instance(2), new byte[16]), new Stop(new Regency(1)), new Status(
                new Regency(1), true, new Instance(1), new Instance(0)) { Runs = [1, 0, 2, 3] },
            new FetchSync(new Regency(1)),
            new FetchBatch(new Instance(1), default), new BatchBody(
                new Instance(1), BatchCodec.Noop), new FetchDecided(new Instance(1), 5, true),
            new Decided(
                new Instance(1), [BatchCodec.Noop.Digest], [BatchCodec.Noop]), new FetchCheckpoint(new Instance(1)),
            new FetchPiece(default, 0), new Piece(default, 0, new byte[] { 1 }, [])])
        {
            PeerInput input = Assert.IsType<PeerInput>(Mac().FromPeer(Follower, Wire.Encode(message), out _));
            Assert.Equal(Follower, input.From);
            Assert.Null(Structure.Difference(message, input.Message));
        }
    }

    [Fact]
    public void Link_readers_use_it_in_parallel()
    {
        MessageIngress ingress = Mac();
        byte[] right = Wire.Encode(Proposal(Request(Alice, macs: true), Request(Bob, signature: true)));
        byte[] wrong = Wire.Encode(Proposal(Request(Alice), Request(Bob, macs: true)));
        int mistakes = 0;
        Parallel.For(0, 2000, i =>
        {
            Input? input = ingress.FromPeer(Leader, i % 2 == 0 ? right : wrong, out _);
            if (input is not PeerInput { Message: Propose { Batch.Requests.Count: 2 } })
                Interlocked.Increment(ref mistakes);
        });
        Assert.Equal(0, mistakes);
    }

    [Fact]
    public void Changed_frames_never_throw_and_what_is_rejected_has_a_reason()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            MessageIngress ingress = seed % 2 == 0 ? Mac() : Signed();
            RandomMessages messages = new(seed, 5);
            foreach (byte[] frame in messages.EveryPeerMessage().Select(Wire.Encode)
                .Concat(messages.EveryClientMessage().Select(Wire.Encode)))
            {
                frame[random.Next(frame.Length)] ^= (byte)random.Next(2);
                Input? fromPeer = ingress.FromPeer(new ReplicaId(random.Next(5)), frame, out RejectReason peerReason);
                Input? fromClient = ingress.FromClient(
                    new ClientId(random.Next(4)), frame, out RejectReason clientReason);
                Assert.True(fromPeer is PeerInput || Enum.IsDefined(peerReason), $"seed {seed}");
                Assert.True(
                    fromClient is RequestInput or ReadInput or AttachInput || Enum.IsDefined(clientReason),
                    $"seed {seed}");
            }
        }
    }

    private MessageIngress Mac() =>
        new(Settings(RequestAuthentication.Mac), _keys.Replica(Self.Value), ModSmartProtocol.Instance);

    private MessageIngress Signed() =>
        new(Settings(RequestAuthentication.Signed), _keys.Replica(Self.Value), ModSmartProtocol.Instance);

    private static ReplicaSettings Settings(RequestAuthentication authentication) =>
        new() { Self = Self, Quorums = Quorums.Byzantine(4, 1), Authentication = authentication };

    private Request Request(ClientId client, bool macs = false, bool signature = false, ulong sequence = 1)
    {
        Request request = RequestCodec.Create(
            new SessionId(client, 5), sequence, RequestKind.Command, ReplicaSet.AllOf(2), Leader, new byte[] { 1, 2 });
        return macs
            || signature ? RequestCodec.Authenticate(request, _keys.Client(client.Value), 4, macs, signature) : request;
    }

    private static Request With(Request request, byte[] macs) =>
        RequestCodec.WithAuthentication(request, macs, request.Signature);

    private static Propose Proposal(params Request[] requests) =>
        new(Regency.Zero, new Instance(1), BatchCodec.Create(1, 2, requests));

    private static Propose Proposed(MessageIngress ingress, params Request[] requests)
    {
        Input? input = ingress.FromPeer(Leader, Wire.Encode(Proposal(requests)), out RejectReason reason);
        Assert.True(input is not null, $"rejected: {reason}");
        return Assert.IsType<Propose>(Assert.IsType<PeerInput>(input).Message);
    }

    private static void Rejected(MessageIngress ingress, RejectReason expected, ReplicaId from, PeerMessage message)
    {
        Assert.Null(ingress.FromPeer(from, Wire.Encode(message), out RejectReason reason));
        Assert.Equal(expected, reason);
    }

    private static void Rejected(MessageIngress ingress, RejectReason expected, ClientId from, ClientMessage message)
    {
        Assert.Null(ingress.FromClient(from, Wire.Encode(message), out RejectReason reason));
        Assert.Equal(expected, reason);
    }
}
