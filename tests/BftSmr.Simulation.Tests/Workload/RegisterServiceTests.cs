using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Tests.Workload;

public class RegisterServiceTests
{
    [Fact]
    public void Its_snapshot_is_its_whole_state()
    {
        RegisterService one = new();
        ServiceHost first = new(one, 1000, RightsTable.Everybody);
        ServiceHost second = new(new RegisterService(), 1000, RightsTable.Everybody);
        for (int i = 2; i < 30; i++) first.Execute(Batch(i, RegisterKind.Add));
        Assert.NotEqual(first.StateDigest(), second.StateDigest());
        using (ISnapshotReader reader = first.Freeze(new byte[] { 1, 2, 3 }))
        using (SnapshotInstallation installation = second.BeginInstall())
        {
            first.Execute(Batch(30, RegisterKind.Put)); // must not show in what was frozen before
            byte[] buffer = new byte[10];
            for (int count; (count = reader.Read(buffer)) > 0;) installation.Write(buffer.AsSpan(0, count));
            Assert.True(installation.TryCommit(out ReadOnlyMemory<byte> sessions));
            Assert.Equal([1, 2, 3], sessions.ToArray());
        }
        Assert.NotEqual(first.StateDigest(), second.StateDigest());
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
            new SessionId(default, 1), (ulong)number, RequestKind.Command, 0, default, operation);
        return new ExecuteEffect(new Instance(number), number, 0, [request]);
    }
}
