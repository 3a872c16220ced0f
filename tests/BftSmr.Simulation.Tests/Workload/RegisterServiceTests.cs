using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Storage;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Tests.Workload;

public class RegisterServiceTests
{
    [Fact]
    public void Its_records_are_its_whole_state_and_those_touched_since_make_the_next_one_of_it()
    {
        ServiceHost first = new(new RegisterService(), 1000, RightsTable.Everybody);
        ServiceHost second = new(new RegisterService(), 1000, RightsTable.Everybody);
        ServiceHost third = new(new RegisterService(), 1000, RightsTable.Everybody);
        for (int i = 2; i < 30; i++) first.Execute(Batch(i, RegisterKind.Add));
        SimulatedCheckpoints checkpoints = new(
            new ReplicaSettings { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) });
        Manifest before;
        using (FrozenState all = first.Freeze(new ChangedRecords()))
        {
            first.Execute(Batch(30, RegisterKind.Put)); // must not show in what was frozen before
            checkpoints.WriteTouched(all);
            before = checkpoints.Write(new Instance(29));
        }
        using FrozenState touched = first.Freeze(new ChangedRecords());
        checkpoints.WriteTouched(touched);
        Manifest after = checkpoints.Write(new Instance(30));
        Assert.InRange(after.Runs[^1].Bytes, 1, before.Runs[0].Bytes / 2);
        Assert.Empty(checkpoints.Load(before, second));
        Assert.NotEqual(first.StateDigest(), second.StateDigest());
        Assert.Empty(checkpoints.Load(after, third));
        Assert.Equal(first.StateDigest(), third.StateDigest());
        second.Execute(Batch(30, RegisterKind.Put));
        Assert.Equal(first.StateDigest(), second.StateDigest());
    }

    [Fact]
    public void A_command_executed_twice_or_in_another_context_shows_in_the_state()
    {
        ServiceHost one = new(new RegisterService(), 1000, RightsTable.Everybody);
        ServiceHost other = new(new RegisterService(), 1000, RightsTable.Everybody);
        one.Execute(Batch(2, RegisterKind.Get));
        other.Execute(Batch(2, RegisterKind.Get) with { Seed = 9 });
        Assert.NotEqual(one.StateDigest(), other.StateDigest());
    }

    private static ExecuteEffect Batch(int number, RegisterKind kind)
    {
        byte[] operation = new RegisterOperation(
            kind, (byte)(number % RegisterService.Registers), number, 0, 0).Encode();
        Request request = RequestCodec.Create(
            new SessionId(default, 1), (ulong)number, RequestKind.Command, ReplicaSet.Empty, default, operation);
        return new ExecuteEffect(new Instance(number), number, 0, [request]);
    }
}
