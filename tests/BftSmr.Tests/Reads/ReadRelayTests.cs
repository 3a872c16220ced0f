using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Reads;
using BftSmr.Settings;
using BftSmr.Tests.Ordering.ModSmart;

namespace BftSmr.Tests.Reads;

public sealed class ReadRelayTests : IDisposable
{
    private static readonly ClientId s_client = new(1);

    private readonly TestKeys _keys = new(replicas: 4, clients: 3);

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(new[] { 1, 0, 2 })]
    [InlineData(new[] { 0, 2, 1 })]
    [InlineData(new[] { 2, 1, 0 })]
    public void Whatever_comes_first_the_client_gets_the_relays_answer_with_the_words_of_all_others(int[] order)
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(5, 0b0101));
        Assert.Equal([0, 2], relay.Relayed);

        foreach (int replica in order)
        {
            Assert.Empty(relay.Replies);
            if (replica == 1) relay.Answer("value");
            else relay.Vouched(replica, WordOf(replica, 5, "value"));
        }
        ReadReply reply = Assert.Single(relay.Replies);
        Assert.Equal("value"u8, reply.Result.Span);
        Assert.Equal([0, 2], reply.Vouchers!.Select(static v => v.From.Value));
        foreach (ReadVoucher voucher in reply.Vouchers!) AssertRight(voucher, 5);
        Assert.Equal(long.MaxValue, relay.Relay.NextDeadlineMicros);
    }

    [Fact]
    public void Who_is_asked_for_its_word_gives_it_to_the_relay_under_a_mac_for_the_client()
    {
        Node seconder = new(_keys, 2);
        seconder.Relay.OnRelayed(
            new ReplicaId(1), new RelayRead(s_client, 7, 5, "get"u8.ToArray(), new byte[Request.MacBytes]), 0);
        AnswerReadEffect asked = Assert.Single(seconder.Effects.Effects.OfType<AnswerReadEffect>());
        Assert.Equal(new ReplicaId(1), asked.Relay);
        Assert.False(asked.Read.WantsFull);

        seconder.Answer("value");
        SendEffect sent = Assert.Single(seconder.Effects.Effects.OfType<SendEffect>());
        Assert.Equal(new ReplicaId(1), sent.To);
        VouchRead vouched = Assert.IsType<VouchRead>(sent.Message);
        Assert.Equal((s_client, 7ul, 5ul), (vouched.Client, vouched.Nonce, vouched.ReadId));
        Assert.Equal(Blake2b.Hash("value"u8), vouched.Voucher.Result);
        AssertRight(vouched.Voucher, 5);
    }

    [Fact]
    public void A_word_that_does_not_come_is_waited_for_a_moment_and_then_the_answer_leaves_without_it()
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(5, 0b0101));
        relay.Answer("value");
        relay.Vouched(2, WordOf(2, 5, "value"));
        relay.Advance(49_999);
        Assert.Empty(relay.Replies);
        relay.Advance(1);
        Assert.Equal([2], Assert.Single(relay.Replies).Vouchers!.Select(static v => v.From.Value));

        relay.Vouched(0, WordOf(0, 5, "value"));
        Assert.Single(relay.Replies);
        Assert.Equal(long.MaxValue, relay.Relay.NextDeadlineMicros);
    }

    [Fact]
    public void Reply_shares_that_always_take_long_are_waited_for_as_long_as_they_take()
    {
        Node relay = new(_keys, 1);
        for (ulong id = 1; id <= 50; id++)
        {
            relay.Read(ReadOf(id, 0b0101));
            relay.Answer("value");
            relay.Advance(300_000);
            Assert.Equal((int)id - 1, relay.Replies.Count);
            foreach (int other in (int[])[0, 2]) relay.Vouched(other, WordOf(other, id, "value"));
        }
        relay.Read(ReadOf(51, 0b0101));
        relay.Answer("value");
        relay.Advance(350_000);
        Assert.Equal(51, relay.Replies.Count);
    }

    [Fact]
    public void A_relay_that_answers_late_itself_answers_without_the_others()
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(5, 0b0101));
        foreach (int other in (int[])[0, 2]) relay.Vouched(other, WordOf(other, 5, "value"));
        relay.Advance(50_000);
        Assert.Empty(relay.Replies);
        relay.Answer("value");
        Assert.Null(Assert.Single(relay.Replies).Vouchers);
    }

    [Fact]
    public void Words_of_replicas_that_were_not_asked_second_ones_and_those_in_anothers_name_are_refused()
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(5, 0b0101));
        relay.Vouched(3, WordOf(3, 5, "value"));
        relay.Vouched(2, WordOf(0, 5, "value"));
        relay.Vouched(2, WordOf(2, 5, "value"));
        relay.Vouched(2, WordOf(2, 5, "other"));
        Assert.Equal(3, relay.Effects.Effects.OfType<RejectEffect>().Count());

        relay.Answer("value");
        relay.Vouched(0, WordOf(0, 5, "value"));
        ReadReply reply = Assert.Single(relay.Replies);
        Assert.Equal(Blake2b.Hash("value"u8), reply.Vouchers![1].Result);
    }

    [Fact]
    public void A_read_without_co_signers_a_large_one_and_one_that_is_there_already_are_answered_directly()
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(4, 0b0000));
        relay.Read(ReadOf(5, 0b0010));
        relay.Read(ReadOf(6, 0b0101));
        relay.Read(ReadOf(6, 0b0101));
        relay.Read(ReadOf(7, 0b0101) with { Operation = new byte[Read.RelayedBytesMax + 1] });
        Assert.Equal(
            [null, null, new ReplicaId(1), null, null],
            relay.Effects.Effects.OfType<AnswerReadEffect>().Select(static e => e.Relay));
        Assert.Equal([0, 2], relay.Relayed);
    }

    [Fact]
    public void What_waits_is_bounded_in_number_and_in_bytes_and_beyond_that_reads_are_answered_directly()
    {
        Node many = new(_keys, 1);
        for (ulong i = 1; i <= 5_000; i++) many.Read(ReadOf(i, 0b0001));
        Assert.Equal(4_096, many.Relayed.Count);

        Node large = new(_keys, 1);
        for (ulong i = 1; i <= 16; i++)
        {
            large.Read(ReadOf(i, 0b0001));
            large.Answer(new string('x', 1 << 20));
        }
        large.Read(ReadOf(18, 0b0001));
        Assert.Equal(16, large.Relayed.Count);
        large.Advance(SharePatience.MostMicros);
        large.Read(ReadOf(100, 0b0001));
        Assert.Equal(17, large.Relayed.Count);
    }

    [Fact]
    public void Reads_that_waited_for_their_turn_together_are_not_held_together_beyond_the_bound()
    {
        Node relay = new(_keys, 1);
        for (ulong i = 1; i <= 40; i++) relay.Read(ReadOf(i, 0b0001));
        relay.AnswerAll(new string('x', 1 << 20));
        Assert.Equal(40 - 16, relay.Replies.Count);
        relay.Advance(SharePatience.MostMicros);
        Assert.Equal(40, relay.Replies.Count);
    }

    [Fact]
    public void A_client_that_sends_a_read_again_when_it_was_given_up_takes_no_room_for_good()
    {
        Node relay = new(_keys, 1);
        for (int i = 0; i < 40; i++)
        {
            relay.Read(ReadOf(1, 0b0001));
            relay.Advance(SharePatience.MostMicros);
            relay.Read(ReadOf(1, 0b0001));
            for (int answer = 0; answer < 2; answer++) relay.Answer(new string('x', 1 << 20));
            relay.Advance(SharePatience.MostMicros);
        }
        Assert.Equal(80, relay.Relayed.Count);
        Assert.Equal(80, relay.Replies.Count);
    }

    [Fact]
    public void A_read_that_is_over_makes_room_even_behind_one_that_is_not()
    {
        Node relay = new(_keys, 1);
        relay.Read(ReadOf(1, 0b0001));
        for (ulong i = 2; i <= 10_000; i++)
        {
            relay.Read(ReadOf(i, 0b0001));
            relay.Answer("value");
            relay.Vouched(0, WordOf(0, i, "value"));
        }
        Assert.Equal(9_999, relay.Replies.Count(static r => r.Vouchers is not null));
    }

    private static Read ReadOf(ulong id, ulong seconders) =>
        new(7, id, WantsFull: true, "get"u8.ToArray())
        {
            Seconders = ReplicaSet.FromBits(seconders),
            Macs = new byte[ReplicaSet.FromBits(seconders).Count * Request.MacBytes],
        };

    private ReadVoucher WordOf(int replica, ulong id, string result) =>
        ReadRelay.Vouch(
            _keys.Replica(replica), new ReplicaId(replica), s_client, 7, id, ReplyStatus.Ok,
            Blake2b.Hash(System.Text.Encoding.UTF8.GetBytes(result)));

    private void AssertRight(in ReadVoucher voucher, ulong id)
    {
        byte[] statement = new byte[ReadStatement.AnswerBytes];
        ReadStatement.WriteAnswer(7, id, voucher.Status, voucher.Result, statement);
        Assert.True(_keys.Client(s_client.Value).VerifyMacFromReplica(voucher.From, statement, voucher.Mac.Span));
    }

    /// <summary>What relays at one replica, and what it had it do.</summary>
    private sealed class Node
    {
        private readonly ReplicaContext _context;

        public Node(TestKeys keys, int self)
        {
            _context = new ReplicaContext(
                new ReplicaSettings { Self = new ReplicaId(self), Quorums = Quorums.Byzantine(4, 1) },
                keys.Replica(self));
            VotingParts parts = new(_context);
            StateRebuild rebuild = new(_context, parts.Log, new CheckpointLedger(_context));
            Relay = new ReadRelay(_context, new ReadQueue(_context, parts.Log, parts.Ordering, rebuild));
            _context.BeginStep(new ClockReading(0, 0), Effects);
        }

        public ReadRelay Relay { get; }
        public EffectBuffer Effects { get; } = new();
        public List<ReadReply> Replies => [.. Effects.Effects.OfType<ReadReplyEffect>().Select(static e => e.Reply)];
        public List<int> Relayed =>
            [.. Effects.Effects.OfType<SendEffect>().Where(static e => e.Message is RelayRead)
                .Select(static e => e.To.Value)];

        public void Read(Read read) => Relay.OnRead(s_client, read, 0);

        public void Vouched(int from, ReadVoucher voucher) =>
            Relay.OnVouched(new ReplicaId(from), new VouchRead(s_client, 7, LatestId, voucher));

        /// <summary>The host answers the latest read.</summary>
        public void Answer(string result) => Answer(Effects.Effects.OfType<AnswerReadEffect>().Last(), result);

        /// <summary>The host answers all reads.</summary>
        public void AnswerAll(string result)
        {
            foreach (AnswerReadEffect effect in Effects.Effects.OfType<AnswerReadEffect>().ToList())
                Answer(effect, result);
        }

        private void Answer(AnswerReadEffect effect, string result)
        {
            ReadReply reply = new(
                effect.Read.Nonce, effect.Read.ReadId, Regency.Zero, ReplyStatus.Ok, false,
                System.Text.Encoding.UTF8.GetBytes(result));
            Relay.OnAnswered(new ReadAnsweredInput(effect.Client, effect.Read, effect.Relay!.Value, reply));
        }

        public void Advance(long micros)
        {
            _context.BeginStep(new ClockReading(_context.Now.MonotonicMicros + micros, 0), Effects);
            Relay.Tick();
        }

        private ulong LatestId => Effects.Effects.OfType<AnswerReadEffect>().Last().Read.ReadId;
    }
}
