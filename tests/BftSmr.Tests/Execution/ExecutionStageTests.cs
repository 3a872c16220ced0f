using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Execution;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Requests;
using BftSmr.Settings;
using BftSmr.Tests.Ordering.ModSmart;

namespace BftSmr.Tests.Execution;

public sealed class ExecutionStageTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_a_leader_put_into_one_batch_twice_is_executed_once_and_answered_once_with_its_outcome()
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(1));
        VotingParts parts = new(context);
        RequestPool requests = parts.Requests;
        ExecutionStage execution = new(
            context, parts.Log, parts.Ordering, requests, new ReplyVouching(context, parts.Log, parts.Ordering));
        Request open = RequestCodec.Authenticate(
            RequestCodec.Create(
                new SessionId(new ClientId(0), 7), 1, RequestKind.Open, ReplicaSet.FromBits(0b1101), new ReplicaId(0),
                default),
            _keys.Client(0), 4, macs: false, signature: true);
        requests.TryAdmit(open, isDirect: true);
        Batch batch = BatchCodec.Create(1, 1, [open, open]);
        EffectBuffer effects = new();
        context.BeginStep(new ClockReading(0, 0), effects);
        parts.Log.Learn(new Instance(1), batch.Digest, batch);
        execution.TryExecuteNext();
        Assert.Empty(effects.Effects.OfType<ReplyEffect>());
        Assert.Single(Assert.Single(effects.Effects.OfType<ExecuteEffect>()).Commands);
        execution.Complete(new ExecutedInput(new Instance(1), [new Outcome(ReplyStatus.Ok, default)]));
        Assert.Equal(ReplyStatus.Ok, Assert.Single(effects.Effects.OfType<ReplyEffect>()).Reply.Status);
    }

    [Fact]
    public void A_client_that_asked_the_full_replier_itself_is_answered_at_once_and_gets_the_reply_shares_too()
    {
        ReplicaSettings settings = new()
        {
            Self = new ReplicaId(0),
            Quorums = Quorums.Byzantine(4, 1),
            Authentication = RequestAuthentication.Signed,
            VouchedRepliesMin = 1,
        };
        ReplicaContext context = new(settings, _keys.Replica(0));
        VotingParts parts = new(context);
        RequestPool requests = parts.Requests;
        ReplyVouching vouching = new(context, parts.Log, parts.Ordering);
        ExecutionStage execution = new(context, parts.Log, parts.Ordering, requests, vouching);
        Request open = RequestCodec.Authenticate(
            RequestCodec.Create(
                new SessionId(new ClientId(0), 7), 1, RequestKind.Open, ReplicaSet.FromBits(0b0101), new ReplicaId(0),
                default,
                wantsOneReply: true),
            _keys.Client(0), 4, macs: false, signature: true);
        requests.TryAdmit(open, isDirect: true); // as the leader's are, in mode signed
        Batch batch = BatchCodec.Create(1, 1, [open]);
        EffectBuffer effects = new();
        context.BeginStep(new ClockReading(0, 0), effects);
        parts.Log.Learn(new Instance(1), batch.Digest, batch);
        execution.TryExecuteNext();
        execution.Complete(new ExecutedInput(new Instance(1), [new Outcome(ReplyStatus.Ok, default)]));
        Assert.Null(Assert.Single(effects.Effects.OfType<ReplyEffect>()).Reply.Vouchers);

        vouching.OnVouch(new ReplicaId(2), new Vouch(new Instance(1), new byte[16]));
        Assert.Equal(
            ReplicaSet.Of(new ReplicaId(2)), effects.Effects.OfType<ReplyEffect>().Last().Reply.Vouchers?.From);
    }

    [Theory]
    [InlineData(RequestKind.OrderedQuery, Request.WholeQueryBytesMax, false)]
    [InlineData(RequestKind.OrderedQuery, Request.WholeQueryBytesMax + 1, true)]
    [InlineData(RequestKind.Command, 33, true)]
    [InlineData(RequestKind.Command, 32, false)]
    internal void A_replier_states_the_result_whole_where_it_is_small(RequestKind kind, int bytes, bool isDigest)
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        VotingParts parts = new(context);
        ExecutionStage execution = new(
            context, parts.Log, parts.Ordering, parts.Requests,
            new ReplyVouching(context, parts.Log, parts.Ordering));
        SessionId session = new(new ClientId(0), 7);
        Batch batch = BatchCodec.Create(1, 1,
        [
            RequestCodec.Create(session, 1, RequestKind.Open, default, new ReplicaId(0), default),
            RequestCodec.Create(session, 2, kind, ReplicaSet.AllOf(4), new ReplicaId(0), default),
        ]);
        EffectBuffer effects = new();
        context.BeginStep(new ClockReading(0, 0), effects);
        parts.Log.Learn(new Instance(1), batch.Digest, batch);
        execution.TryExecuteNext();
        execution.Complete(new ExecutedInput(
            new Instance(1), [new Outcome(ReplyStatus.Ok, default), new Outcome(ReplyStatus.Ok, new byte[bytes])]));
        Assert.Equal(isDigest, Assert.Single(effects.Effects.OfType<ReplyEffect>()).Reply.IsDigest);
    }
}
