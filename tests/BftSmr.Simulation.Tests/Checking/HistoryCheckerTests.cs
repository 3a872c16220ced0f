using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Timelines;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Tests.Checking;

public class HistoryCheckerTests
{
    private static readonly SessionId s_session = new(new ClientId(0), 77);
    private readonly World _world = new(1, 10, Wording.Of);
    private readonly HistoryChecker _history;
    private readonly ServiceHost[] _replicas = [.. Enumerable.Range(0, 4).Select(static _ => NewExecutor())];

    public HistoryCheckerTests()
    {
        _history = new HistoryChecker(_world, 4, static () => new RegisterService(), 1000, RightsTable.Everybody);
        _history.AddCorrectClient(s_session.Client);
    }

    [Fact]
    public void Replicas_that_execute_the_same_agree()
    {
        for (int replica = 0; replica < 4; replica++)
        {
            Execute(replica, 1, Open());
            Execute(replica, 2, Put(2, 5), Put(3, 6));
        }
        Assert.Null(_world.Violation);
        Assert.Equal(3, _history.Commands);
    }

    [Fact]
    public void Another_command_at_the_same_instance_breaks_agreement()
    {
        Execute(0, 1, Open());
        Execute(1, 1, Open());
        Execute(0, 2, Put(2, 5));
        Execute(1, 2, Put(2, 6));
        AssertBroken("agreement");
    }

    [Fact]
    public void Another_agreed_time_breaks_agreement()
    {
        Execute(0, 1, Open());
        Execute(1, new ExecuteEffect(new Instance(1), 1_001, 1, [Open()]));
        AssertBroken("agreement");
    }

    [Fact]
    public void Agreement_holds_across_restarts_of_everybody()
    {
        Execute(0, 1, Open());
        Execute(0, 2, Put(2, 5));
        for (int i = 0; i < 4; i++)
        {
            _replicas[i] = NewExecutor();
            _history.Restored(new ReplicaId(i), Instance.Zero, _replicas[i].StateDigest());
        }
        Execute(0, 1, Open());
        Assert.Null(_world.Violation);
        Execute(0, 2, Put(2, 6));
        AssertBroken("agreement");
    }

    [Fact]
    public void A_skipped_instance_breaks_total_order()
    {
        Execute(0, 2, Open());
        AssertBroken("total order");
    }

    [Fact]
    public void A_command_executed_twice_is_found()
    {
        Execute(0, 1, Open());
        Execute(0, 2, Put(2, 5));
        Execute(0, 3, Put(2, 5));
        AssertBroken("exactly once");
    }

    [Fact]
    public void A_gap_in_a_session_is_found()
    {
        Execute(0, 1, Open());
        Execute(0, 2, Put(3, 5));
        AssertBroken("session order");
    }

    [Fact]
    public void A_request_that_its_client_never_made_is_found()
    {
        Execute(0, 1, Open());
        Request forged = RequestCodec.Create(
            s_session, 2, RequestKind.Command, 0, default, new byte[RegisterOperation.SizeBytes]);
        Execute(0, new ExecuteEffect(new Instance(2), 2_000, 2, [forged]));
        AssertBroken("validity");
    }

    [Fact]
    public void Two_roots_of_one_checkpoint_are_found()
    {
        _history.CheckpointTaken(new ReplicaId(0), new Instance(5), default);
        _history.CheckpointTaken(new ReplicaId(1), new Instance(5), default);
        Assert.Null(_world.Violation);
        _history.CheckpointTaken(new ReplicaId(2), new Instance(5), new Digest(new byte[31].Append((byte)1).ToArray()));
        AssertBroken("checkpoint");
    }

    [Fact]
    public void A_state_that_went_wrong_is_found()
    {
        Execute(0, 1, Open());
        Execute(0, 2, Put(2, 5));
        _history.Restored(new ReplicaId(1), new Instance(2), NewExecutor().StateDigest());
        AssertBroken("checkpoint");
    }

    [Fact]
    public void An_acknowledgement_of_what_nobody_executed_breaks_durability()
    {
        ClientChecker clients = new(_world, _history, static () => new RegisterService(), 1000, RightsTable.Everybody);
        Execute(0, 1, Open());
        RecordedOperation operation = clients.Invoked(
            0, new WorkloadOperation(new byte[RegisterOperation.SizeBytes], false));
        clients.Acknowledged(operation, s_session, 2, ReplyStatus.Ok, new byte[8]);
        AssertBroken("durability");
    }

    [Fact]
    public void A_reply_that_is_not_that_of_the_execution_is_found()
    {
        ClientChecker clients = new(_world, _history, static () => new RegisterService(), 1000, RightsTable.Everybody);
        Execute(0, 1, Open());
        Execute(0, 2, Put(2, 5));
        RecordedOperation operation = clients.Invoked(
            0, new WorkloadOperation(new byte[RegisterOperation.SizeBytes], false));
        clients.Acknowledged(operation, s_session, 2, ReplyStatus.Ok, new byte[] { 5, 0, 0, 0, 0, 0, 0, 0 });
        AssertBroken("reply");
    }

    [Theory]
    [InlineData(0, true)] // concurrent with the put: may show what was before
    [InlineData(5, true)]
    [InlineData(6, false)] // never written
    public void A_read_concurrent_with_a_write_shows_a_state_of_its_time(byte shown, bool linearizable)
    {
        ClientChecker clients = new(_world, _history, static () => new RegisterService(), 1000, RightsTable.Everybody);
        Execute(0, 1, Open());
        RecordedOperation read = clients.Invoked(0, new WorkloadOperation(Get, true));
        Execute(0, 2, Put(2, 5));
        clients.Answered(read, ReplyStatus.Ok, new byte[] { shown, 0, 0, 0, 0, 0, 0, 0 });
        clients.Conclude();
        Assert.Equal(linearizable, _world.Violation is null);
    }

    [Fact]
    public void A_read_may_not_show_an_older_state_than_an_earlier_read()
    {
        ClientChecker clients = new(_world, _history, static () => new RegisterService(), 1000, RightsTable.Everybody);
        Execute(0, 1, Open());
        Execute(0, 2, Put(2, 5));
        Read(clients, 5);
        Read(clients, 0);
        clients.Conclude();
        AssertBroken("linearizability");
    }

    [Fact]
    public void A_read_may_not_show_a_state_from_before_an_acknowledged_write()
    {
        ClientChecker clients = new(_world, _history, static () => new RegisterService(), 1000, RightsTable.Everybody);
        Execute(0, 1, Open());
        RecordedOperation put = clients.Invoked(0, new WorkloadOperation(new byte[RegisterOperation.SizeBytes], false));
        Execute(0, 2, Put(2, 5));
        clients.Acknowledged(put, s_session, 2, ReplyStatus.Ok, new byte[8]);
        Pass();
        Read(clients, 0);
        clients.Conclude();
        AssertBroken("linearizability");
    }

    private static byte[] Get => new RegisterOperation(RegisterKind.Get, 0, 0, 0, 0).Encode();

    private static ServiceHost NewExecutor() => new(new RegisterService(), 1000, RightsTable.Everybody);

    private void Read(ClientChecker clients, byte shown)
    {
        RecordedOperation read = clients.Invoked(1, new WorkloadOperation(Get, true));
        Pass();
        clients.Answered(read, ReplyStatus.Ok, new byte[] { shown, 0, 0, 0, 0, 0, 0, 0 });
        Pass();
    }

    private void Pass() => _world.RunUntil(_world.NowMicros + 10, static () => false, 100);

    private Request Open() => Issue(RequestCodec.Create(s_session, 1, RequestKind.Open, 0, default, default));

    private Request Put(ulong sequence, long value) => Issue(RequestCodec.Create(
        s_session, sequence, RequestKind.Command, 0, default, new RegisterOperation(RegisterKind.Put, 0, value, 0, 0).Encode()));

    private Request Issue(Request request)
    {
        _history.Issued(request);
        return request;
    }

    private void Execute(int replica, long instance, params Request[] requests) =>
        Execute(replica, new ExecuteEffect(new Instance(instance), 1_000 * instance, (ulong)instance, requests));

    private void Execute(int replica, ExecuteEffect effect)
    {
        ExecutedInput executed = _replicas[replica].Execute(effect);
        _history.Executed(new ReplicaId(replica), effect, executed, _replicas[replica].StateDigest());
    }

    private void AssertBroken(string promise) => Assert.Equal(promise, _world.Violation?.Promise);
}
