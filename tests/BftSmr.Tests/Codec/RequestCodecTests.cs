using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

public sealed class RequestCodecTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 2);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_body_has_the_bytes_that_the_specification_gives()
    {
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(300), 0x1_0000_0000), 2, RequestKind.Command, ReplicaSet.AllOf(3),
            new ReplicaId(2), new byte[] { 0xaa, 0xbb }, 2, wantsOneReply: true);

        Assert.Equal(
            "99cd012ccf000000010000000002020107" + "02c3c402aabb", Convert.ToHexStringLower(request.Body.Span));
        Assert.Equal(Blake2b.Hash(request.Body.Span), request.Digest);
        Assert.Equal("aabb", Convert.ToHexStringLower(request.Operation.Span));
        Assert.True(request.Macs.IsEmpty);
        Assert.False(request.IsSigned);
    }

    [Fact]
    public void Macs_are_right_for_the_replica_they_are_for_and_for_no_other()
    {
        Request request = Authenticated(macs: true, signature: false);
        Request swapped = With(
            request, macs: [.. request.Macs.Span[16..32], .. request.Macs.Span[..16], .. request.Macs.Span[32..]]);

        for (int i = 0; i < 4; i++)
        {
            ReplicaId replica = new(i);
            Assert.True(RequestCodec.VerifyMac(request, replica, _keys.Replica(i)));
            Assert.Equal(i > 1, RequestCodec.VerifyMac(swapped, replica, _keys.Replica(i)));
        }
    }

    [Fact]
    public void A_mac_of_another_client_or_another_body_is_not_right()
    {
        Request request = Authenticated(macs: true, signature: false);
        Request ofAnotherClient = RequestCodec.Authenticate(Plain(), _keys.Client(1), 4, macs: true, signature: false);
        Request ofAnotherBody = With(Plain(sequence: 8), request.Macs.ToArray());

        Assert.False(RequestCodec.VerifyMac(ofAnotherClient, new ReplicaId(0), _keys.Replica(0)));
        Assert.False(RequestCodec.VerifyMac(ofAnotherBody, new ReplicaId(0), _keys.Replica(0)));
        Assert.False(RequestCodec.VerifyMac(Plain(), new ReplicaId(0), _keys.Replica(0)));
        Assert.False(
            RequestCodec.VerifyMac(With(request, request.Macs[..48].ToArray()), new ReplicaId(3), _keys.Replica(3)));
    }

    [Fact]
    public void A_signature_is_right_for_everybody_and_only_for_its_client_and_body()
    {
        Request request = Authenticated(macs: false, signature: true);

        for (int i = 0; i < 4; i++) Assert.True(RequestCodec.VerifySignature(request, _keys.Replica(i)));
        Assert.False(RequestCodec.VerifySignature(Plain(), _keys.Replica(0)));
        Assert.False(
            RequestCodec.VerifySignature(RequestCodec.Authenticate(
                Plain(), _keys.Client(1), 4, macs: false, signature: true), _keys.Replica(0)));
        Assert.False(
            RequestCodec.VerifySignature(
                With(Plain(sequence: 8), null, request.Signature.ToArray()), _keys.Replica(0)));
    }

    [Fact]
    public void A_signature_on_the_bare_digest_does_not_sign_the_request()
    {
        Request plain = Plain();
        byte[] digest = new byte[Digest.Size], signature = new byte[Request.SignatureBytes];
        plain.Digest.CopyTo(digest);
        _keys.Client(0).Sign(digest, signature);

        Assert.False(RequestCodec.VerifySignature(With(plain, null, signature), _keys.Replica(0)));
    }

    [Fact]
    public void Adding_a_signature_keeps_the_body_and_the_macs()
    {
        Request first = Authenticated(macs: true, signature: false);
        Request again = RequestCodec.Authenticate(first, _keys.Client(0), 4, macs: false, signature: true);

        Assert.Equal(first.Digest, again.Digest);
        Assert.True(first.Body.Span.SequenceEqual(again.Body.Span));
        Assert.True(first.Macs.Span.SequenceEqual(again.Macs.Span));
        Assert.True(again.IsSigned);
        Assert.False(first.IsSigned);
    }

    [Fact]
    public void Stated_sizes_bound_the_encoded_ones()
    {
        Request largest = RequestCodec.Create(
            new SessionId(new ClientId(int.MaxValue), ulong.MaxValue), ulong.MaxValue, RequestKind.OrderedQuery,
            ReplicaSet.AllOf(4), new ReplicaId(3), new byte[100_000], ulong.MaxValue);
        largest = With(largest, new byte[64], new byte[64]);
        Batch batch = BatchCodec.Create(long.MaxValue, ulong.MaxValue, [largest]);

        Assert.InRange(RequestCodec.EncodedBytes(largest), 100_000 + 64, 100_000 + 64 + Request.OverheadBytesMax);
        Assert.InRange(RequestCodec.EncodedBytes(largest), 0, largest.SizeBytes);
        Assert.InRange(batch.Encoded.Length, 0, largest.SizeBytes + CodecLimits.BatchOverheadBytesMax);
    }

    [Theory]
    [InlineData("sequence 0", false)]
    [InlineData("as it should be", true)]
    [InlineData("nothing outstanding", false)]
    [InlineData("all outstanding", true)]
    [InlineData("more outstanding than there are", false)]
    [InlineData("kind 3", false)]
    [InlineData("a replier beyond the membership", false)]
    [InlineData("a full replier beyond the membership", false)]
    [InlineData("an operation at the limit", true)]
    [InlineData("an operation beyond the limit", false)]
    [InlineData("one MAC too few", false)]
    [InlineData("one MAC too many", false)]
    [InlineData("a cut signature", false)]
    public void A_request_out_of_bounds_is_refused(string what, bool accepted)
    {
        SessionId session = new(new ClientId(1), 5);
        Request request = what switch
        {
            "sequence 0" => RequestCodec.Create(session, 0, RequestKind.Command, One, new ReplicaId(0), default),
            "nothing outstanding" =>
                RequestCodec.Create(session, 7, RequestKind.Command, One, new ReplicaId(0), default, 0),
            "all outstanding" =>
                RequestCodec.Create(session, 7, RequestKind.Command, One, new ReplicaId(0), default, 7),
            "more outstanding than there are" =>
                RequestCodec.Create(session, 7, RequestKind.Command, One, new ReplicaId(0), default, 8),
            "kind 3" => RequestCodec.Create(session, 1, (RequestKind)3, One, new ReplicaId(0), default),
            "a replier beyond the membership" =>
                RequestCodec.Create(session, 1, RequestKind.Command, ReplicaSet.AllOf(5), new ReplicaId(0), default),
            "a full replier beyond the membership" =>
                RequestCodec.Create(session, 1, RequestKind.Command, One, new ReplicaId(4), default),
            "an operation at the limit" =>
                RequestCodec.Create(session, 1, RequestKind.Command, One, new ReplicaId(0), new byte[1 << 20]),
            "an operation beyond the limit" =>
                RequestCodec.Create(session, 1, RequestKind.Command, One, new ReplicaId(0), new byte[(1 << 20) + 1]),
            "one MAC too few" => With(Plain(), new byte[48]),
            "one MAC too many" => With(Plain(), new byte[80]),
            "a cut signature" => With(Plain(), null, new byte[63]),
            _ => With(Plain(), new byte[64], new byte[64]),
        };

        Assert.Equal(
            accepted, PeerMessageCodec.TryDecode(Wire.Encode(new Forward(request)), RandomMessages.Limits, out _));
        Assert.Equal(
            accepted, ClientMessageCodec.TryDecode(Wire.Encode(new Submit(request)), RandomMessages.Limits, out _));
        Assert.Equal(
            accepted, BatchCodec.TryDecode(BatchCodec.Create(1, 1, [request]).Encoded, RandomMessages.Limits, out _));
    }

    [Fact]
    public void In_the_largest_membership_every_bit_of_a_set_is_a_replica()
    {
        CodecLimits limits = new() { Replicas = Quorums.ReplicasMax };
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(1), 5), 1, RequestKind.Command, ReplicaSet.AllOf(64), new ReplicaId(63),
            default);

        Assert.Equal(64, request.Repliers.Count);
        Assert.True(ClientMessageCodec.TryDecode(Wire.Encode(new Submit(request)), limits, out _));
    }

    private static ReplicaSet One => ReplicaSet.AllOf(1);

    private Request Authenticated(bool macs, bool signature) =>
        RequestCodec.Authenticate(Plain(), _keys.Client(0), 4, macs, signature);

    private static Request Plain(ulong sequence = 7) =>
        RequestCodec.Create(
            new SessionId(new ClientId(0), 1), sequence, RequestKind.Command, ReplicaSet.AllOf(2), new ReplicaId(1),
            new byte[] { 1, 2, 3 });

    private static Request With(Request request, byte[]? macs = null, byte[]? signature = null) =>
        RequestCodec.WithAuthentication(request, macs, signature);
}
