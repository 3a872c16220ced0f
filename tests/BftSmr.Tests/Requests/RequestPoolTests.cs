using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Requests;
using BftSmr.Settings;

namespace BftSmr.Tests.Requests;

public sealed class RequestPoolTests : IDisposable
{
    private const int OperationBytes = 1000;

    private static readonly ClientId Alice = new(0), Bob = new(1);

    private readonly TestKeys _keys = new(replicas: 4, clients: 2);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Of_one_client_no_more_requests_are_kept_than_there_is_room_for_others()
    {
        RequestPool pool = PoolOf(requestsMax: 8, bytesMax: long.MaxValue);
        Assert.Equal(4, Enumerable.Range(0, 20).Count(i => Admit(pool, Alice, nonce: i)));
        Assert.Equal(2, Enumerable.Range(0, 20).Count(i => Admit(pool, Bob, nonce: i)));
        Assert.Equal(6, pool.Count);
    }

    [Fact]
    public void Of_one_client_no_more_bytes_are_kept_than_there_is_room_for_others()
    {
        long bytes = Of(Alice, 0, sequence: 2).SizeBytes;
        RequestPool pool = PoolOf(requestsMax: 1000, bytesMax: 8 * bytes);
        Assert.Equal(4, Enumerable.Range(0, 20).Count(i => Admit(pool, Alice, nonce: i)));
        Assert.Equal(2, Enumerable.Range(0, 20).Count(i => Admit(pool, Bob, nonce: i)));
    }

    [Fact]
    public void Of_sessions_whose_requests_are_not_kept_nothing_is()
    {
        RequestPool pool = PoolOf(requestsMax: 2, bytesMax: long.MaxValue);
        for (int i = 0; i < 100; i++) Admit(pool, Alice, nonce: i);
        Assert.Equal(1, pool.SessionsKnown);
    }

    [Fact]
    public void What_is_signed_later_executed_or_gone_makes_room_of_its_size()
    {
        RequestPool pool = PoolOf(requestsMax: 100, bytesMax: 1 << 20);
        for (ulong sequence = 1; sequence <= 10; sequence++)
            Assert.True(pool.TryAdmit(Of(Alice, 7, sequence), isDirect: true));
        Assert.False(pool.HasSigned);
        Request signed = Of(Alice, 7, 5, signature: true);
        Assert.True(pool.TryAdmit(signed, isDirect: true));
        Assert.True(pool.HasSigned);
        pool.Settle(Of(Alice, 7, 6));
        Assert.False(pool.HasSigned);
        Assert.Equal(4, pool.Count);
        pool.Settle(Of(Alice, 7, 10));
        Assert.Equal(0, pool.Count);
        Assert.Equal(0, pool.Bytes);
    }

    [Fact]
    public void A_signed_request_takes_the_place_of_what_its_own_client_sent_behind_gaps()
    {
        RequestPool pool = PoolOf(requestsMax: 8, bytesMax: long.MaxValue);
        Assert.True(pool.TryAdmit(Of(Alice, 100, 1), isDirect: true)); // next in its session: it stays
        Assert.Equal(3, Enumerable.Range(0, 20).Count(i => Admit(pool, Alice, nonce: i)));
        Assert.Equal(2, Enumerable.Range(0, 20).Count(i => Admit(pool, Bob, nonce: i)));

        Assert.False(pool.TryAdmit(Of(Alice, 101, 1), isDirect: true));
        Assert.True(pool.TryAdmit(Of(Alice, 101, 1, signature: true), isDirect: true));
        Assert.Equal(2 + 2, pool.Count); // Bob's wait as before
        Assert.Equal(4, pool.SessionsKnown);
        Assert.True(pool.TryAdmit(Of(Alice, 0, 1, signature: true), isDirect: true)); // of a session that was emptied
        Assert.True(pool.HasSigned);
        pool.Settle(Of(Alice, 0, 1));
        pool.Settle(Of(Alice, 100, 1));
        pool.Settle(Of(Alice, 101, 1));
        Assert.Equal(2, pool.Count);
    }

    private RequestPool PoolOf(int requestsMax, long bytesMax)
    {
        ReplicaContext context = new(
            new ReplicaSettings
            {
                Self = new ReplicaId(1),
                Quorums = Quorums.Byzantine(4, 1),
                PendingRequestsMax = requestsMax,
                PendingBytesMax = bytesMax,
            },
            _keys.Replica(1));
        context.BeginStep(new ClockReading(0, 0), new EffectBuffer());
        return new RequestPool(context, new BatchPacing());
    }

    /// <summary>A request that is not next in its session: it waits for ever.</summary>
    private bool Admit(RequestPool pool, ClientId client, int nonce) =>
        pool.TryAdmit(Of(client, (ulong)nonce, sequence: 2), isDirect: true);

    private Request Of(ClientId client, ulong nonce, ulong sequence, bool signature = false)
    {
        Request request = RequestCodec.Create(
            new SessionId(client, nonce), sequence, RequestKind.Command, ReplicaSet.AllOf(2), new ReplicaId(0),
            new byte[OperationBytes]);
        return RequestCodec.Authenticate(request, _keys.Client(client.Value), 4, macs: !signature, signature);
    }
}
