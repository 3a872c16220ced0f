using System.Runtime.InteropServices;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

public sealed class BatchCodecTests
{
    /// <summary>What decoding may allocate for each request: the request itself and its place in the array.</summary>
    private const long AllocatedBytesPerRequest = 192;

    private static readonly CodecLimits Small =
        new() { Replicas = 4, BatchRequestsMax = 100, BatchBytesMax = 10_000, OperationBytesMax = 5_000 };

    [Fact]
    public void The_batch_for_nothing_is_the_same_for_ever()
    {
        Assert.Equal("93000090", Convert.ToHexStringLower(BatchCodec.Noop.Encoded.Span));
        Assert.Equal(Blake2b.Hash([0x93, 0, 0, 0x90]), BatchCodec.Noop.Digest);
        Assert.Empty(BatchCodec.Noop.Requests);
        Assert.True(BatchCodec.TryDecode(BatchCodec.Noop.Encoded, Small, out Batch? decoded));
        Assert.Equal(BatchCodec.Noop.Digest, decoded.Digest);
    }

    [Fact]
    public void A_decoded_batch_shares_the_bytes_it_was_decoded_from()
    {
        byte[] frame = Wire.Encode(
            new Propose(new Regency(3), new Instance(9),
                BatchCodec.Create(5, 6, [Request(1, 40, macs: true), Request(2, 40, macs: true)])));

        Assert.True(PeerMessageCodec.TryDecode(frame, Small, out PeerMessage? message));
        Batch batch = Assert.IsType<Propose>(message).Batch;
        Assert.Same(frame, ArrayOf(batch.Encoded));
        Assert.All(batch.Requests, request =>
        {
            Assert.Same(frame, ArrayOf(request.Body));
            Assert.Same(frame, ArrayOf(request.Operation));
            Assert.Same(frame, ArrayOf(request.Macs));
        });
        Assert.Equal(batch.Digest, BatchCodec.Create(batch.TimestampMicros, batch.Seed, [.. batch.Requests]).Digest);
    }

    [Fact]
    public void Decoding_a_batch_allocates_little_more_than_its_requests()
    {
        const int count = 100;
        ReadOnlyMemory<byte> encoded = BatchCodec.Create(
            1, 2, [.. Enumerable.Range(1, count).Select(static i => Request(i, 16, macs: true))]).Encoded;
        BatchCodec.TryDecode(encoded, RandomMessages.Limits, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool decoded = BatchCodec.TryDecode(encoded, RandomMessages.Limits, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(decoded);
        Assert.InRange(allocated, count, count * AllocatedBytesPerRequest);
    }

    [Fact]
    public void Creating_a_batch_allocates_its_bytes_and_nothing_for_each_request()
    {
        Request[] requests = [.. Enumerable.Range(1, 100).Select(static i => Request(i, 16, macs: true))];
        int size = BatchCodec.Create(1, 2, requests).Encoded.Length;

        long before = GC.GetAllocatedBytesForCurrentThread();
        Batch batch = BatchCodec.Create(1, 2, requests);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, size, size + 256);
        Assert.Equal(size, batch.Encoded.Length);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void The_number_of_requests_is_bounded(int count, bool accepted)
    {
        Batch batch = BatchCodec.Create(1, 2, [.. Enumerable.Range(1, count).Select(static i => Request(i, 0))]);
        Assert.Equal(accepted, BatchCodec.TryDecode(batch.Encoded, Small, out _));
    }

    [Fact]
    public void The_number_of_bytes_is_bounded_as_the_limit_says()
    {
        int largest = 0;
        for (int bytes = 4_600; bytes <= 5_000; bytes++)
        {
            Batch batch = BatchCodec.Create(1, 2, [Request(1, 5_000), Request(2, bytes)]);
            bool accepted = BatchCodec.TryDecode(batch.Encoded, Small, out _);
            Assert.Equal(batch.Encoded.Length <= Small.BatchEncodedBytesMax, accepted);
            if (accepted) largest = batch.Encoded.Length;
        }
        Assert.Equal(Small.BatchEncodedBytesMax, largest);
    }

    [Fact]
    public void A_leader_that_adds_up_sizes_to_the_configured_bytes_makes_a_batch_that_is_accepted()
    {
        List<Request> requests = [];
        for (int i = 1, size = 0; ; i++)
        {
            Request next = Request(i, 100 + i, macs: true);
            size += next.SizeBytes;
            if (size > Small.BatchBytesMax) break;
            requests.Add(next);
        }
        Assert.True(
            BatchCodec.TryDecode(BatchCodec.Create(long.MaxValue, ulong.MaxValue, requests).Encoded, Small, out _));
    }

    [Fact]
    public void The_largest_operation_fits_a_batch_even_when_the_configured_bytes_are_fewer()
    {
        CodecLimits tight = Small with { BatchBytesMax = 100 };
        Request request = Request(1, tight.OperationBytesMax, macs: true);
        Assert.True(
            BatchCodec.TryDecode(BatchCodec.Create(long.MaxValue, ulong.MaxValue, [request]).Encoded, tight, out _));
        Assert.False(
            BatchCodec.TryDecode(
                BatchCodec.Create(long.MaxValue, ulong.MaxValue, [request, request]).Encoded, tight, out _));
    }

    [Fact]
    public void A_batch_of_ten_thousand_requests_is_read_back_in_order()
    {
        Batch batch = BatchCodec.Create(1, 2, [.. Enumerable.Range(1, 10_000).Select(static i => Request(i, 1))]);
        Assert.True(
            BatchCodec.TryDecode(
                batch.Encoded, RandomMessages.Limits with { BatchRequestsMax = 10_000 }, out Batch? decoded));
        Assert.Equal(
            Enumerable.Range(1, 10_000).Select(static i => (ulong)i), decoded.Requests.Select(static r => r.Sequence));
        Assert.Equal(batch.Digest, decoded.Digest);
    }

    private static byte[]? ArrayOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) ? segment.Array : null;

    private static Request Request(int sequence, int bytes, bool macs = false)
    {
        Request made = RequestCodec.Create(
            new SessionId(new ClientId(1), 1_700_000_000_000_000), (ulong)sequence, RequestKind.Command,
            ReplicaSet.AllOf(2), new ReplicaId(1), new byte[bytes]);
        return macs ? RequestCodec.WithAuthentication(made, new byte[4 * Messages.Request.MacBytes], default) : made;
    }
}
