using BftCloud.Primitives;
using BftSmr.Authentication;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.Authentication;

public sealed class RequestAuthenticityTests : IDisposable
{
    private static readonly ReplicaId Self = new(1);
    private static readonly ClientId Alice = new(0), Bob = new(1), Carol = new(2), Stranger = new(77);

    private readonly TestKeys _keys = new(replicas: 4, clients: 3);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_mac_counts_that_is_right_for_this_replica_whatever_the_others_are()
    {
        Request request = Request(Alice, macs: true);
        Assert.True(Mac().IsAuthentic(With(request, [.. new byte[16], .. request.Macs.Span[16..32], .. new byte[32]])));
        Assert.False(
            Mac().IsAuthentic(
                With(request, [.. request.Macs.Span[..16], .. new byte[16], .. request.Macs.Span[32..]])));
    }

    [Fact]
    public void A_signature_makes_up_for_a_wrong_mac()
    {
        Request signed = RequestCodec.Authenticate(
            With(Request(Alice, macs: true), new byte[64]), _keys.Client(0), 4, macs: false, signature: true);
        Assert.True(Mac().IsAuthentic(signed));
        Assert.False(Mac().IsAuthentic(RequestCodec.WithAuthentication(signed, new byte[64], new byte[64])));
    }

    [Fact]
    public void No_mac_makes_up_for_a_wrong_signature()
    {
        Request request = Request(Alice, macs: true, signature: true);
        Assert.True(Mac().IsAuthentic(request));
        Assert.False(Mac().IsAuthentic(RequestCodec.WithAuthentication(request, request.Macs, new byte[64])));
    }

    [Fact]
    public void Where_requests_are_signed_macs_do_not_count()
    {
        Assert.True(Signed().IsAuthentic(Request(Alice, signature: true)));
        Assert.False(Signed().IsAuthentic(Request(Alice, macs: true)));
        Assert.False(Signed().IsAuthentic(RequestCodec.WithAuthentication(Request(Alice), default, new byte[64])));
    }

    [Fact]
    public void A_batch_names_each_client_with_a_request_that_is_not_authentic_once()
    {
        Request forged = With(Request(Alice, macs: true), new byte[64]);
        Request naked = With(Request(Carol, macs: true), []);
        Request stranger = RequestCodec.WithAuthentication(Request(Stranger), new byte[64], new byte[64]);
        Batch batch = BatchCodec.Create(
            1, 2, [Request(Bob, macs: true), stranger, forged, naked, forged, Request(Bob, macs: true, sequence: 2)]);

        Assert.Equal([Alice, Carol, Stranger], Mac().Unauthenticated(batch));
        Assert.Empty(Mac().Unauthenticated(BatchCodec.Create(1, 2, [Request(Bob, macs: true)])));
        Assert.Empty(Mac().Unauthenticated(BatchCodec.Noop));
    }

    private RequestAuthenticity Mac() => Of(RequestAuthentication.Mac);

    private RequestAuthenticity Signed() => Of(RequestAuthentication.Signed);

    private RequestAuthenticity Of(RequestAuthentication mode) =>
        new(
            new ReplicaSettings { Self = Self, Quorums = Quorums.Byzantine(4, 1), Authentication = mode },
            _keys.Replica(Self.Value));

    private Request Request(ClientId client, bool macs = false, bool signature = false, ulong sequence = 1)
    {
        Request request = RequestCodec.Create(
            new SessionId(client, 5), sequence, RequestKind.Command, ReplicaSet.AllOf(2), new ReplicaId(0),
            new byte[] { 1, 2 });
        return macs
            || signature ? RequestCodec.Authenticate(request, _keys.Client(client.Value), 4, macs, signature) : request;
    }

    private static Request With(Request request, byte[] macs) =>
        RequestCodec.WithAuthentication(request, macs, request.Signature);
}
