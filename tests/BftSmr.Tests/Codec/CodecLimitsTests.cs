using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Tests.Codec;

public sealed class CodecLimitsTests
{
    private static readonly ReplicaSettings Settings = new()
    {
        Self = new ReplicaId(0),
        Quorums = Quorums.Byzantine(7, 2),
        CheckpointPeriod = 20,
        Window = 8,
        OperationBytesMax = 3_000,
        ReplyBytesMax = 2_000,
        BatchRequestsMax = 50,
        BatchBytesMax = 10_000,
        ChunkBytes = 4_096,
    };

    private static readonly CodecLimits Limits = CodecLimits.For(Settings);
    private static readonly Instance Last = new(long.MaxValue);
    private static readonly Regency Latest = new(long.MaxValue);

    [Fact]
    public void The_largest_sync_is_accepted_and_fits_a_frame_and_a_log_record()
    {
        Sync sync = new(Latest, [.. Enumerable.Range(0, 7).Select(static i => LargestStopData(i))]);
        byte[] frame = Wire.Encode(sync), record = Wire.Encode(new RegencySynchronized(sync));

        Assert.InRange(frame.Length, 7 * Limits.StopDataBytesMax * 9 / 10, Limits.PeerFrameBytesMax);
        Assert.InRange(record.Length, 1, Limits.LogRecordBytesMax);
        Assert.True(PeerMessageCodec.TryDecode(frame, Limits, out _));
        Assert.True(LogRecordCodec.TryDecode(record, Limits, out _));
    }

    [Fact]
    public void One_instance_more_than_a_stopdata_may_speak_of_is_refused()
    {
        Assert.True(Accepts(Speaking(Limits.EvidenceMax)));
        Assert.False(Accepts(Speaking(Limits.EvidenceMax + 1)));

        static StopData Speaking(int count) => new(Latest, new ReplicaId(1), Last, CheckpointCertificate.Initial,
            [.. Enumerable.Range(1, count).Select(static i => new InstanceEvidence(new Instance(i), null, []))])
        {
            Signature = new byte[64],
        };
    }

    [Fact]
    public void One_value_more_than_a_write_set_may_hold_is_refused()
    {
        Assert.True(Accepts(Having(CodecLimits.WriteSetMax)));
        Assert.False(Accepts(Having(CodecLimits.WriteSetMax + 1)));

        static StopData Having(int count) =>
            new(
                Latest, new ReplicaId(1), Last, CheckpointCertificate.Initial,
                [new InstanceEvidence(Last, null, Votes(count))])
        {
            Signature = new byte[64],
        };
    }

    [Fact]
    public void A_stopdata_that_would_leave_no_room_for_the_others_in_a_sync_is_refused_alone_and_in_a_sync()
    {
        StopData giant = LargestStopData(1, fullWriteSets: Limits.EvidenceMax);
        int bytes = Wire.Encode(giant).Length;

        Assert.InRange(bytes, Limits.StopDataBytesMax + 1, Limits.PeerFrameBytesMax);
        Assert.False(Accepts(giant));
        Assert.False(Accepts(new Sync(Latest, [LargestStopData(0), giant, LargestStopData(2)])));
        Assert.True(Accepts(new Sync(Latest, [LargestStopData(0), LargestStopData(1), LargestStopData(2)])));
    }

    [Fact]
    public void Decisions_are_bounded_in_number_and_in_bytes()
    {
        Batch batch = BatchCodec.Create(1, 1, [.. Enumerable.Range(1, 3).Select(i => Operation(3_000, i))]);
        int most = Limits.DecidedBodiesBytesMax / batch.Encoded.Length;
        CodecLimits large = Limits with { BatchBytesMax = Limits.DecidedBodiesBytesMax };
        Batch largest = BatchCodec.Create(1, 1, [.. Enumerable.Range(1, 50).Select(i => Operation(3_000, i))]);
        int mostLarge = large.DecidedBodiesBytesMax / largest.Encoded.Length;

        Assert.True(most > CodecLimits.DecidedMax);
        Assert.True(
            Accepts(new Decided(
                Last, Digests(CodecLimits.DecidedMax), [.. Enumerable.Repeat(batch, CodecLimits.DecidedMax)])));
        Assert.False(Accepts(new Decided(Last, Digests(CodecLimits.DecidedMax + 1), [])));
        Assert.False(Accepts(new Decided(Last, Digests(2), [batch, batch, batch])));
        Assert.True(
            PeerMessageCodec.TryDecode(Wire.Encode(
                new Decided(Last, Digests(100), [.. Enumerable.Repeat(largest, mostLarge)])), large, out _));
        Assert.False(
            PeerMessageCodec.TryDecode(Wire.Encode(
                new Decided(Last, Digests(100), [.. Enumerable.Repeat(largest, mostLarge + 1)])), large, out _));
        Assert.InRange(
            Wire.Encode(new Decided(Last, Digests(CodecLimits.DecidedMax),
                [.. Enumerable.Repeat(batch, CodecLimits.DecidedMax)])).Length, 1, Limits.PeerFrameBytesMax);
        Assert.False(Accepts(new FetchDecided(Last, 0, true)));
        Assert.True(Accepts(new FetchDecided(Last, CodecLimits.DecidedMax, true)));
        Assert.False(Accepts(new FetchDecided(Last, CodecLimits.DecidedMax + 1, true)));
    }

    [Fact]
    public void Pieces_and_their_paths_are_bounded()
    {
        Assert.True(Accepts(new Piece(default, int.MaxValue, new byte[4_096], Digests(CodecLimits.ChunkPathMax))));
        Assert.False(Accepts(new Piece(default, 0, new byte[4_097], [])));
        Assert.False(Accepts(new Piece(default, 0, default, Digests(CodecLimits.ChunkPathMax + 1))));
    }

    [Fact]
    public void A_refusal_names_no_more_clients_than_a_batch_has_requests_each_once()
    {
        Assert.True(
            Accepts(new Refuse(
                Latest, Last, default, [.. Enumerable.Range(0, 50).Select(static i => new ClientId(i))])));
        Assert.False(
            Accepts(new Refuse(
                Latest, Last, default, [.. Enumerable.Range(0, 51).Select(static i => new ClientId(i))])));

        byte[] twice = Wire.Encode(new Refuse(Latest, Last, default, [new ClientId(1), new ClientId(2)]));
        twice[^1] = 1;
        Assert.False(PeerMessageCodec.TryDecode(twice, Limits, out _));
        Assert.Throws<InvalidOperationException>(
            static () => Wire.Encode(new Refuse(Latest, Last, default, [new ClientId(2), new ClientId(1)])));
    }

    [Fact]
    public void A_replica_vouches_for_no_more_replies_than_a_batch_has_requests_and_for_one_at_least()
    {
        Assert.True(Accepts(new Vouch(Last, new byte[50 * Request.MacBytes])));
        Assert.False(Accepts(new Vouch(Last, new byte[51 * Request.MacBytes])));
        Assert.False(Accepts(new Vouch(Last, new byte[Request.MacBytes + 1])));
        Assert.False(Accepts(new Vouch(Last, default)));
    }

    [Theory]
    [InlineData(0b0000000, 0, true)]
    [InlineData(0b1000001, 2, true)]
    [InlineData(0b1000001, 1, false)]
    [InlineData(0b1000001, 3, false)]
    [InlineData(0b10000000, 1, false)]
    public void A_reply_has_a_mac_of_each_member_that_vouches_for_it(ulong from, int macs, bool accepted)
    {
        Reply reply = new(
            1, 1, Latest, ReplyStatus.Ok, false,
            default) { Vouchers = new Vouchers(ReplicaSet.FromBits(from), new byte[macs * Request.MacBytes]) };
        Assert.Equal(accepted, ClientMessageCodec.TryDecode(Wire.Encode(reply), Limits, out _));
    }

    [Theory]
    [InlineData(new int[0], true)]
    [InlineData(new[] { 0, 6 }, true)]
    [InlineData(new[] { 7 }, false)]
    public void Members_only_vouch_for_a_read(int[] from, bool accepted)
    {
        ReadReply reply = new(1, 1, Latest, ReplyStatus.Ok, false, default) { Vouchers = [.. from.Select(VoucherOf)] };
        Assert.Equal(accepted, ClientMessageCodec.TryDecode(Wire.Encode(reply), Limits, out _));
    }

    [Fact]
    public void Words_on_a_read_are_sorted_and_each_of_another_replica()
    {
        byte[] twice = Wire.Encode(
            new ReadReply(1, 1, Latest, ReplyStatus.Ok, false, default) { Vouchers = [VoucherOf(1), VoucherOf(2)] });
        int second = Array.LastIndexOf(twice, (byte)2);
        twice[second] = 1;
        Assert.False(ClientMessageCodec.TryDecode(twice, Limits, out _));
        Assert.Throws<InvalidOperationException>(
            static () => Wire.Encode(new ReadReply(1, 1, Latest, ReplyStatus.Ok, false, default)
            {
                Vouchers = [VoucherOf(2), VoucherOf(1)],
            }));
    }

    [Theory]
    [InlineData(0b0000000, 0, true)]
    [InlineData(0b1000001, 2, true)]
    [InlineData(0b1000001, 1, false)]
    [InlineData(0b10000000, 1, false)]
    public void A_relayed_read_has_a_mac_for_each_member_that_is_to_second_it(ulong seconders, int macs, bool accepted)
    {
        Read read = new(1, 1, true, default)
        {
            Seconders = ReplicaSet.FromBits(seconders),
            Macs = new byte[macs * Request.MacBytes],
        };
        Assert.Equal(accepted, ClientMessageCodec.TryDecode(Wire.Encode(read), Limits, out _));
    }

    [Fact]
    public void The_largest_messages_of_clients_and_to_clients_fit_their_frames()
    {
        byte[] submit = Wire.Encode(new Submit(Operation(3_000, int.MaxValue)));
        byte[] read = Wire.Encode(
            new Read(ulong.MaxValue, ulong.MaxValue, true, new byte[3_000])
            {
                Seconders = ReplicaSet.AllOf(7),
                Macs = new byte[7 * Request.MacBytes],
            });
        byte[] answer = Wire.Encode(
            new ReadReply(ulong.MaxValue, ulong.MaxValue, Latest, ReplyStatus.ReplyTooLarge, false, new byte[2_000])
            {
                Vouchers = [.. Enumerable.Range(0, 7).Select(VoucherOf)],
            });
        byte[] reply = Wire.Encode(
            new Reply(ulong.MaxValue, ulong.MaxValue, Latest, ReplyStatus.ReplyTooLarge, false, new byte[2_000])
            {
                Vouchers = new Vouchers(ReplicaSet.AllOf(7), new byte[7 * Request.MacBytes]),
            });
        byte[] tooLarge = Wire.Encode(new Reply(1, 1, Latest, ReplyStatus.Ok, false, new byte[2_001]));

        foreach (byte[] frame in (byte[][])[submit, read, reply, answer])
            Assert.True(ClientMessageCodec.TryDecode(frame, Limits, out _));
        Assert.InRange(Math.Max(submit.Length, read.Length), 1, Limits.ClientFrameBytesMax);
        Assert.InRange(Math.Max(reply.Length, answer.Length), 1, Limits.ReplyFrameBytesMax);
        Assert.False(ClientMessageCodec.TryDecode(tooLarge, Limits, out _));
    }

    private static ReadVoucher VoucherOf(int from) =>
        new(new ReplicaId(from), ReplyStatus.ReplyTooLarge, default, new byte[Request.MacBytes]);

    [Theory]
    [InlineData(true, 32, true)]
    [InlineData(true, 31, false)]
    [InlineData(true, 33, false)]
    [InlineData(true, 0, false)]
    [InlineData(false, 33, true)]
    public void A_digest_in_a_reply_has_the_length_of_a_digest(bool isDigest, int bytes, bool accepted)
    {
        Assert.Equal(
            accepted,
            ClientMessageCodec.TryDecode(
                Wire.Encode(new Reply(1, 1, Latest, ReplyStatus.Ok, isDigest, new byte[bytes])), Limits, out _));
        Assert.Equal(
            accepted,
            ClientMessageCodec.TryDecode(
                Wire.Encode(new ReadReply(1, 1, Latest, ReplyStatus.Ok, isDigest, new byte[bytes])), Limits, out _));
    }

    [Fact]
    public void A_reply_of_an_unknown_status_is_refused() =>
        Assert.False(
            ClientMessageCodec.TryDecode(
                Wire.Encode(new Reply(1, 1, Latest, (ReplyStatus)6, false, default)), Limits, out _));

    [Fact]
    public void Replicas_beyond_the_membership_are_refused()
    {
        Manifest manifest = new(1, Last, [], []);
        Assert.True(Accepts(new Checkpoint(Last, default, new ReplicaId(6)) { Signature = new byte[64] }));
        Assert.False(Accepts(new Checkpoint(Last, default, new ReplicaId(7)) { Signature = new byte[64] }));
        Assert.False(
            Accepts(new CheckpointOffer(new CheckpointCertificate(
                Last, manifest.Root, [new CheckpointSignature(new ReplicaId(7), new byte[64])]), manifest)));
        Assert.True(
            Accepts(new CheckpointOffer(new CheckpointCertificate(
                Last, manifest.Root, [new CheckpointSignature(new ReplicaId(6), new byte[64])]), manifest)));
    }

    [Fact]
    public void Frames_stay_within_a_gibibyte_even_where_the_configuration_is_at_its_limits()
    {
        CodecLimits limits = CodecLimits.For(
            Settings with { Quorums = Quorums.Byzantine(64, 21), CheckpointPeriod = 1_000_000, Window = 1024 });
        Assert.InRange(limits.PeerFrameBytesMax, 1 << 20, 1 << 30);
        Assert.InRange(limits.LogRecordBytesMax, limits.PeerFrameBytesMax, int.MaxValue);
    }

    private static bool Accepts(PeerMessage message) => PeerMessageCodec.TryDecode(Wire.Encode(message), Limits, out _);

    private static StopData LargestStopData(int sender) => LargestStopData(sender, Settings.Window);

    private static StopData LargestStopData(int sender, int fullWriteSets) => new(
        Latest, new ReplicaId(sender), Last,
        new CheckpointCertificate(
            Last, default,
            [.. Enumerable.Range(0, 7).Select(static i => new CheckpointSignature(new ReplicaId(i), new byte[64]))]),
        [.. Enumerable.Range(1, Limits.EvidenceMax).Select(i => new InstanceEvidence(
            new Instance(long.MaxValue - 1_000_000 + i), new Vote(Latest, default),
            Votes(i <= fullWriteSets ? CodecLimits.WriteSetMax : 1)))])
    {
        SilentUntil = Last,
        Signature = new byte[64],
    };

    private static Vote[] Votes(int count) => [.. Digests(count).Select(static d => new Vote(Latest, d))];

    private static Digest[] Digests(int count) => [.. Enumerable.Range(0, count).Select(static i =>
    {
        byte[] bytes = new byte[Digest.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, i);
        return new Digest(bytes);
    })];

    private static Request Operation(int bytes, int client) => RequestCodec.WithAuthentication(
        RequestCodec.Create(
            new SessionId(new ClientId(client), ulong.MaxValue), ulong.MaxValue, RequestKind.OrderedQuery,
            ReplicaSet.AllOf(7), new ReplicaId(6), new byte[bytes]),
        new byte[7 * Request.MacBytes], new byte[Request.SignatureBytes]);
}
