using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Requests;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr.Tests.Diagnostics;

/// <summary>A class that is brought into a state that cannot be says so, and goes no further.</summary>
public sealed class BrokenInvariantTests
{
    private static readonly ReplicaSettings s_settings = new()
    {
        Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1),
    };

    private static readonly ClientSettings s_client = new()
    {
        Client = new ClientId(0), Quorums = Quorums.Byzantine(4, 1),
    };

    [Fact]
    public void The_message_says_what_does_not_hold_and_where()
    {
        InvariantViolationException broken = Assert.Throws<InvariantViolationException>(
            static () => Invariant.Holds(1 > 2, "numbers are in order"));

        Assert.Contains("numbers are in order", broken.Message, StringComparison.Ordinal);
        Assert.Contains("BrokenInvariantTests.cs", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_holds_allocates_nothing()
    {
        Invariant.Holds(true, "first");
        Assert.Equal(0, Allocations.Of(static () =>
        {
            for (int i = 0; i < 1_000; i++) Invariant.Holds(i < 1_000, "the count is below its bound");
        }));
    }

    [Fact]
    public void A_voucher_for_a_vote_that_was_not_cast()
    {
        Ballot ballot = new(4);

        Breaks(() => ballot.Second(new ReplicaId(1), of: new ReplicaId(0)));
        Breaks(() => ballot.DigestOf(new ReplicaId(0)));
        Breaks(() => ballot.AgreeingWith(new ReplicaId(0)));
    }

    [Fact]
    public void A_voucher_of_a_replica_that_has_voted()
    {
        Ballot ballot = new(4);
        ballot.Cast(new ReplicaId(0), ReplyStatus.Ok, isDigest: false, new byte[] { 1 }, wholeExpected: true);
        ballot.Cast(new ReplicaId(1), ReplyStatus.Ok, isDigest: false, new byte[] { 2 }, wholeExpected: true);

        Breaks(() => ballot.Second(new ReplicaId(1), of: new ReplicaId(0)));
        Breaks(() => ballot.Cast(new ReadVoucher(new ReplicaId(1), ReplyStatus.Ok, default, default)));
    }

    [Fact]
    public void An_operation_of_a_client_that_is_over_twice()
    {
        OperationRing window = new(4);
        ulong number = window.Add(Operation());
        window.Remove(number);

        Breaks(() => window.Remove(number));
        Breaks(() => new ByteRoom(s_client).Leave(Operation()));
    }

    [Fact]
    public void An_operation_that_is_forgotten_and_never_waited()
    {
        Breaks(() => new WaitingOperations().Forget());
        Breaks(() => new WaitingOperations().PutBack([new ClientOperation(OperationKind.Query, default, 0)
        {
            Attempt = new Attempt(4),
        }]));
    }

    [Fact]
    public void Two_pending_requests_of_one_number()
    {
        SessionQueue queue = new();
        queue.Add(new PendingRequest(RequestOf(3), 0));

        Breaks(() => queue.Add(new PendingRequest(RequestOf(3), 0)));
    }

    [Fact]
    public void A_session_that_opens_at_the_floor()
    {
        ClientSessions client = new(new ClientId(0), new TouchedSessions());
        client.Refuse(5);

        Breaks(() => client.Open(5, sessionsMax: 4));
    }

    [Fact]
    public void A_reply_to_an_operation_that_was_not_let_through()
    {
        SessionTable table = new(s_settings);
        Assert.Equal(Admission.Execute, table.Admit(RequestOf(1, RequestKind.Open), 1));

        Breaks(() => table.Keep(RequestOf(2), new Outcome(ReplyStatus.Ok, default)));
    }

    private static void Breaks(Action action) => Assert.Throws<InvariantViolationException>(action);

    private static ClientOperation Operation() => new(OperationKind.Command, new byte[8], long.MaxValue);

    private static Request RequestOf(ulong sequence, RequestKind kind = RequestKind.Command) =>
        RequestCodec.Create(new SessionId(new ClientId(0), 7), sequence, kind, ReplicaSet.AllOf(2), default, default);
}
