using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Execution;
using BftSmr.Instances;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Settings;
using BftSmr.Tests.Ordering.ModSmart;

namespace BftSmr.Tests.Execution;

public sealed class ReplyVouchingTests : IDisposable
{
    private const int Clients = 3;
    private static readonly ReplicaSet s_12 = ReplicaSet.FromBits(0b0110);

    private readonly TestKeys _keys = new(replicas: 7, clients: Clients);

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(4, 1)]
    [InlineData(7, 2)]
    public void Whatever_the_order_every_client_gets_from_its_full_replier_what_all_its_repliers_say(
        int replicas, int faulty)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            Random random = new(seed);
            Node[] nodes = [.. Enumerable.Range(0, replicas).Select(i => new Node(_keys, i, replicas, faulty))];
            List<(Request Request, Outcome Outcome)> commands = Commands(random, replicas, count: random.Next(8, 40));
            List<(int From, int To, Vouch Vouch)> under = [];
            int[] order = [.. Enumerable.Range(0, replicas)];
            random.Shuffle(order);
            foreach (int i in order)
            {
                foreach (SendEffect send in nodes[i].Execute(1, commands).OfType<SendEffect>())
                    under.Add((i, send.To.Value, (Vouch)send.Message));
                while (random.Next(2) == 0 && under.Count > 0) Deliver(nodes, under, random.Next(under.Count));
            }
            while (under.Count > 0) Deliver(nodes, under, random.Next(under.Count));
            foreach (Node node in nodes) AssertAnswered(node, commands);
        }
    }

    [Fact]
    public void Few_commands_are_answered_by_each_replier_itself()
    {
        Node node = new(_keys, 1, 4, 1);
        Assert.Empty(node.Execute(1, Commands(new Random(1), 4, count: 7)));
        Assert.Empty(node.Taken);
    }

    [Fact]
    public void A_reply_waits_a_moment_for_reply_shares_then_leaves_without_them_and_once_more_when_they_come()
    {
        Node one = new(_keys, 1, 4, 1), two = new(_keys, 2, 4, 1);
        List<(Request Request, Outcome Outcome)> commands = Commands(new Random(1), s_12, new ReplicaId(1), count: 8);
        Assert.Empty(one.Execute(1, commands));
        one.Advance(49_999);
        Assert.Empty(one.Effects.Effects);

        one.Advance(1);
        Assert.Equal(8, one.Replies.Count);
        Assert.All(one.Replies, static e => Assert.Equal(ReplicaSet.Empty, e.Reply.Vouchers?.From));

        one.Effects.Clear();
        one.Vouching.OnVouch(new ReplicaId(2), VouchOf(two.Execute(1, commands)));
        AssertAnswered(one, commands);
        Assert.Equal(long.MaxValue, one.Vouching.NextDeadlineMicros);
    }

    [Fact]
    public void After_a_second_nobody_waits_any_more()
    {
        Node one = new(_keys, 1, 4, 1), two = new(_keys, 2, 4, 1);
        List<(Request Request, Outcome Outcome)> commands = Commands(new Random(1), s_12, new ReplicaId(1), count: 8);
        one.Execute(1, commands);
        while (one.Vouching.NextDeadlineMicros != long.MaxValue) one.Advance(one.Vouching.NextDeadlineMicros - one.Now);
        Assert.Equal(1_000_000, one.Now);
        Assert.Equal(8, one.Replies.Count);

        one.Effects.Clear();
        one.Vouching.OnVouch(new ReplicaId(2), VouchOf(two.Execute(1, commands)));
        Assert.Empty(one.Effects.Effects);
    }

    [Fact]
    public void Vouchers_for_more_or_fewer_replies_than_there_are_or_for_instances_that_are_far_away_are_refused()
    {
        Node one = new(_keys, 1, 4, 1), two = new(_keys, 2, 4, 1);
        List<(Request Request, Outcome Outcome)> commands = Commands(new Random(1), s_12, new ReplicaId(1), count: 8);
        one.Execute(1, commands);
        Vouch vouch = VouchOf(two.Execute(1, commands));

        one.Vouching.OnVouch(new ReplicaId(2), vouch with { Macs = vouch.Macs[Request.MacBytes..] });
        one.Vouching.OnVouch(new ReplicaId(3), vouch);
        one.Vouching.OnVouch(new ReplicaId(2), vouch with { Instance = new Instance(long.MaxValue) });
        Assert.Equal(3, one.Effects.Effects.OfType<RejectEffect>().Count());
        Assert.Empty(one.Replies);

        one.Vouching.OnVouch(new ReplicaId(2), vouch);
        one.Vouching.OnVouch(new ReplicaId(2), vouch);
        AssertAnswered(one, commands);
    }

    [Fact]
    public void What_one_replica_says_too_early_is_bounded_and_the_vouchers_of_another_are_taken()
    {
        Node one = new(_keys, 1, 4, 1), two = new(_keys, 2, 4, 1);
        List<(Request Request, Outcome Outcome)> commands = Commands(new Random(1), s_12, new ReplicaId(1), count: 8);
        for (int i = 1; i <= 1000; i++)
            one.Vouching.OnVouch(new ReplicaId(3), new Vouch(new Instance(i), new byte[16]));
        Assert.Equal(1000 - one.Log.HorizonInstances, one.Effects.Effects.OfType<RejectEffect>().Count());

        one.Vouching.OnVouch(new ReplicaId(2), VouchOf(two.Execute(1, commands)));
        one.Effects.Clear();
        one.Execute(1, commands);
        AssertAnswered(one, commands);
    }

    [Fact]
    public void Results_that_wait_take_no_more_memory_than_they_may()
    {
        Node one = new(_keys, 1, 4, 1);
        byte[] large = new byte[1 << 20];
        for (int i = 1; i <= 6; i++)
        {
            List<(Request Request, Outcome Outcome)> commands = Commands(
                new Random(i), s_12, new ReplicaId(1), count: 8);
            one.Execute(i, [.. commands.Select(c => (c.Request, new Outcome(ReplyStatus.Ok, large)))]);
        }
        Assert.Equal(4 * 8, one.Replies.Count); // 16 of the 48 MiB still wait
        Assert.All(one.Replies, static e => Assert.Equal(ReplicaSet.Empty, e.Reply.Vouchers?.From));
    }

    private static void Deliver(Node[] nodes, List<(int From, int To, Vouch Vouch)> under, int which)
    {
        (int from, int to, Vouch vouch) = under[which];
        if (under.FindIndex(u => u.From == from && u.To == to) != which) return; // links keep the order
        under.RemoveAt(which);
        nodes[to].Vouching.OnVouch(new ReplicaId(from), vouch);
    }

    /// <summary>
    /// The node has sent exactly the replies it is to send, each with valid MACs of all other repliers.
    /// </summary>
    private void AssertAnswered(Node node, List<(Request Request, Outcome Outcome)> commands)
    {
        List<(Request Request, Outcome Outcome)> own =
            [.. commands.Where(c => IsVouched(c.Request) && c.Request.FullReplier == node.Self)];
        Assert.Equal(own.Count, node.Replies.Count);
        foreach ((Request request, Outcome outcome) in own)
        {
            Reply reply = Assert.Single(
                node.Replies,
                e => e.Client == request.Session.Client && e.Reply.Nonce == request.Session.Nonce
                    && e.Reply.Sequence == request.Sequence).Reply;
            Assert.Equal(outcome.Status, reply.Status);
            Assert.Equal(outcome.Result, reply.Result);
            Assert.Equal(request.Repliers.Without(node.Self), reply.Vouchers!.Value.From);
            byte[] statement = new byte[VoucherStatement.Bytes];
            VoucherStatement.Write(
                reply.Nonce, reply.Sequence, reply.Status, Blake2b.Hash(reply.Result.Span), statement);
            int at = 0;
            IKeyring keyring = _keys.Client(request.Session.Client.Value);
            foreach (ReplicaId voucher in reply.Vouchers.Value.From)
            {
                ReadOnlySpan<byte> mac = reply.Vouchers.Value.Macs.Span.Slice(at, Request.MacBytes);
                Assert.True(keyring.VerifyMacFromReplica(voucher, statement, mac));
                at += Request.MacBytes;
            }
        }
    }

    private static bool IsVouched(Request request) =>
        request.WantsOneReply
            && request.Repliers.Contains(request.FullReplier)
            && request.Repliers.Count > 1;

    private static Vouch VouchOf(IReadOnlyList<Effect> effects) =>
        Assert.IsType<Vouch>(Assert.Single(effects.OfType<SendEffect>()).Message);

    private static List<(Request Request, Outcome Outcome)> Commands(Random random, int replicas, int count) =>
        [.. Enumerable.Range(1, count).Select(i => Command(
            random, i, ReplicaSet.FromBits((ulong)random.Next(1 << replicas)), new ReplicaId(random.Next(replicas)),
            wantsOneReply: random.Next(4) > 0))];

    private static List<(Request Request, Outcome Outcome)> Commands(
        Random random, ReplicaSet repliers, ReplicaId full, int count) =>
        [.. Enumerable.Range(1, count).Select(i => Command(random, i, repliers, full, wantsOneReply: true))];

    private static (Request, Outcome) Command(
        Random random, int number, ReplicaSet repliers, ReplicaId full, bool wantsOneReply)
    {
        byte[] result = new byte[random.Next(3) == 0 ? 100 : random.Next(4)];
        random.NextBytes(result);
        SessionId session = new(new ClientId(number % Clients), 7);
        Request request = RequestCodec.Create(
            session, (ulong)number, RequestKind.Command, repliers, full, default, wantsOneReply: wantsOneReply);
        return (request, new Outcome((ReplyStatus)random.Next(2), result));
    }

    /// <summary>The reply shares of one replica, and the effects that they had.</summary>
    private sealed class Node
    {
        private readonly ReplicaContext _context;

        public Node(TestKeys keys, int self, int replicas, int faulty)
        {
            _context = new ReplicaContext(
                new ReplicaSettings { Self = new ReplicaId(self), Quorums = Quorums.Byzantine(replicas, faulty) },
                keys.Replica(self));
            VotingParts parts = new(_context);
            Log = parts.Log;
            Vouching = new ReplyVouching(_context, parts.Log, parts.Ordering);
            _context.BeginStep(new ClockReading(0, 0), Effects);
        }

        public ReplicaId Self => _context.Self;
        public DecidedLog Log { get; }
        public ReplyVouching Vouching { get; }
        public EffectBuffer Effects { get; } = new();
        public long Now => _context.Now.MonotonicMicros;
        public List<Request> Taken { get; } = [];
        public List<ReplyEffect> Replies => [.. Effects.Effects.OfType<ReplyEffect>()];

        public IReadOnlyList<Effect> Execute(int instance, List<(Request Request, Outcome Outcome)> commands)
        {
            Vouching.Begin(new Instance(instance), commands.Count);
            for (int i = 0; i < commands.Count; i++)
            {
                if (Vouching.TryTake(commands[i].Request, commands[i].Outcome)) Taken.Add(commands[i].Request);
            }
            Vouching.End();
            Log.JumpTo(new Instance(instance));
            return Effects.Effects;
        }

        public void Advance(long micros)
        {
            _context.BeginStep(new ClockReading(Now + micros, 0), Effects);
            Vouching.Tick();
        }
    }
}
