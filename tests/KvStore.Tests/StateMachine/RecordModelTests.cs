using BftSmr;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace KvStore.Tests.StateMachine;

/// <summary>What freezes tell, piece by piece, is the state; and all replicas tell the same.</summary>
public class RecordModelTests
{
    [Property(MaxTest = 400)]
    public Property Changes_add_up_to_the_state_and_are_alike_everywhere()
    {
        Gen<(RecordStep[], int)> cases =
            from script in RecordStep.Generator.ArrayOf().Resize(150)
            from loadedAt in Gen.Choose(0, 150)
            select (script, loadedAt);
        return Prop.ForAll(cases.ToArbitrary(), static @case => Check(@case.Item1, @case.Item2));
    }

    /// <param name="script">The steps.</param>
    /// <param name="loadedAt">At the first freeze from this step on a replica begins with the records.</param>
    private static void Check(RecordStep[] script, int loadedAt)
    {
        TestMachine frozen = new(), once = new(), late = new();
        TestMachine? loaded = null;
        List<(IStateChanges Open, IReadOnlyList<TestChange> Expected)> open = [];
        for (int i = 0; i < script.Length; i++)
        {
            if (script[i].Operation is { } operation)
            {
                byte[] reply = frozen.Execute(operation);
                Assert.Equal(reply, once.Execute(operation));
                Assert.Equal(reply, late.Execute(operation));
                if (loaded is not null) Assert.Equal(reply, loaded.Execute(operation));
                continue;
            }
            foreach (TestMachine? machine in (TestMachine?[])[frozen, once, late, loaded])
                machine?.NowMicros += script[i].PassedMicros;
            if (!script[i].IsFreeze) continue;
            IReadOnlyList<TestChange> changes = frozen.Freeze();
            open.Add((late.Store.Freeze(), changes));
            if (loaded is not null)
            {
                Assert.Equal(TestChange.Shown(changes), TestChange.Shown(loaded.Freeze()));
            }
            else if (i >= loadedAt)
            {
                loaded = new TestMachine { NowMicros = frozen.NowMicros };
                loaded.Install(frozen.Records.ToBytes());
                Assert.Equal(frozen.Store.StateDigest(), loaded.Store.StateDigest());
                Assert.Empty(loaded.Freeze());
            }
        }
        byte[] records = frozen.Snapshot();
        Assert.Equal(records, once.Snapshot());
        Assert.Equal(records, frozen.Records.WrittenAnew().ToBytes());
        if (loaded is not null) Assert.Equal(records, loaded.Snapshot());
        foreach ((IStateChanges changes, IReadOnlyList<TestChange> expected) in open)
        {
            Assert.Equal(TestChange.Shown(expected), TestChange.Shown(late.Records.Apply(changes)));
            late.Records.AssertHeldBy(changes);
            changes.Dispose();
        }
        Assert.Equal(records, late.Snapshot());
        TestMachine copy = new();
        copy.Install(records);
        Assert.Equal(frozen.Store.StateDigest(), copy.Store.StateDigest());
        Assert.Equal(frozen.Store.StateBytes, copy.Store.StateBytes);
        Assert.Equal(frozen.Store.StateDigest(), once.Store.StateDigest());
    }
}
