using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Settings;

namespace BftSmr.Tests.Ingress;

/// <summary>A core enforces what its configuration lets clients ask for: client 0 may only read, client 1 only write,
/// client 2 both.</summary>
public sealed class RightsTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 3);
    private readonly EffectBuffer _effects = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_command_without_the_right_is_refused_at_once_and_goes_nowhere(int self)
    {
        IReplicaCore core = Replica(self);
        Request request = RequestOf(0, RequestKind.Command);
        Step(core, new RequestInput(request));

        Reply reply = Assert.Single(_effects.Effects.OfType<ReplyEffect>()).Reply;
        Assert.Equal((ReplyStatus.NotPermitted, 5ul, 1ul), (reply.Status, reply.Nonce, reply.Sequence));
        Assert.Equal(request.Digest, new Digest(reply.Result.Span));
        Assert.Empty(Messages<Propose>());
        Assert.Empty(Messages<Forward>());
        Assert.Equal(0, core.Status().PendingRequests);
        Assert.Equal(RejectReason.NotPermitted, Assert.Single(_effects.Effects.OfType<RejectEffect>()).Reason);
    }

    [Fact]
    public void Sessions_open_and_permitted_operations_are_ordered_whatever_other_rights_are_missing()
    {
        IReplicaCore leader = Replica(0);
        Step(leader, new RequestInput(RequestOf(0, RequestKind.Open)));
        Step(leader, new RequestInput(RequestOf(1, RequestKind.Command)));
        Step(leader, new RequestInput(RequestOf(0, RequestKind.OrderedQuery)));
        Assert.Empty(_effects.Effects.OfType<ReplyEffect>());
        Assert.Empty(_effects.Effects.OfType<RejectEffect>());

        Step(leader, new RequestInput(RequestOf(1, RequestKind.OrderedQuery)));
        Assert.Equal(
            ReplyStatus.NotPermitted, Assert.Single(_effects.Effects.OfType<ReplyEffect>()).Reply.Status);
    }

    [Fact]
    public void A_query_without_the_right_is_refused_and_not_relayed()
    {
        IReplicaCore core = Replica(1);
        Step(core, new ReadInput(
            new ClientId(1),
            new Read(5, 9, WantsFull: true, default)
            {
                Seconders = ReplicaSet.Of(new ReplicaId(2)), Macs = new byte[16],
            }));
        ReadReply reply = Assert.Single(_effects.Effects.OfType<ReadReplyEffect>()).Reply;
        Assert.Equal((ReplyStatus.NotPermitted, 9ul), (reply.Status, reply.ReadId));
        Assert.Empty(Messages<RelayRead>());
        Assert.Empty(_effects.Effects.OfType<AnswerReadEffect>());

        Step(core, new PeerInput(
            new ReplicaId(2), new RelayRead(new ClientId(1), 5, 9, default, new byte[16])));
        Assert.Empty(_effects.Effects.OfType<AnswerReadEffect>());
    }

    [Fact]
    public void A_leader_that_proposes_a_command_without_the_right_gets_no_vote()
    {
        IReplicaCore follower = Replica(1);
        Step(follower, ProposalOf(RequestOf(2, RequestKind.Open), RequestOf(0, RequestKind.Command)));
        Assert.Empty(Messages<Write>());
        Assert.NotEmpty(Messages<Refuse>());

        IReplicaCore other = Replica(1);
        _effects.Clear();
        Step(other, ProposalOf(RequestOf(2, RequestKind.Open), RequestOf(0, RequestKind.Open)));
        Assert.NotEmpty(Messages<Write>());
        Assert.Empty(Messages<Refuse>());
    }

    [Fact]
    public void A_forwarded_command_without_the_right_is_not_kept()
    {
        IReplicaCore leader = Replica(0);
        Step(leader, new PeerInput(new ReplicaId(1), new Forward(RequestOf(0, RequestKind.Command))));
        Assert.Empty(Messages<Propose>());
        Assert.Equal(0, leader.Status().PendingRequests);
    }

    private IReplicaCore Replica(int self)
    {
        ReplicaSettings settings = new()
        {
            Self = new ReplicaId(self),
            Quorums = Quorums.Byzantine(4, 1),
            Rights = new RightsTable([ClientRights.Read, ClientRights.Write, RightsTable.Default]),
        };
        IReplicaCore core = ReplicaCore.Create(
            settings, _keys.Replica(self), RecoveredState.None, ModSmartProtocol.Instance);
        core.Start(Now, _effects);
        _effects.Clear();
        return core;
    }

    private static ClockReading Now => new(1_000, 1_000);

    private void Step(IReplicaCore core, Input input)
    {
        core.Step(input, Now, _effects);
        core.Step(TickInput.Instance, Now, _effects);
    }

    private Request RequestOf(int client, RequestKind kind)
    {
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(client), 5), 1, kind, ReplicaSet.AllOf(4), new ReplicaId(0),
            new byte[] { 1, 2 });
        return RequestCodec.Authenticate(request, _keys.Client(client), 4, macs: false, signature: true);
    }

    private static PeerInput ProposalOf(params Request[] requests) => new(
        new ReplicaId(0), new Propose(Regency.Zero, new Instance(1), BatchCodec.Create(1_000, 7, requests)));

    private IEnumerable<T> Messages<T>() where T : PeerMessage => _effects.Effects
        .Select(static e => e switch { SendEffect s => s.Message, BroadcastEffect b => b.Message, _ => null })
        .OfType<T>();
}
