using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

public class ModelTests
{
    [Property(MaxTest = 300)]
    public Property Replies_as_the_model_does_and_two_stores_stay_equal()
    {
        Gen<StoreStep[]> scripts = StoreStep.Generator.ArrayOf().Resize(120);
        return Prop.ForAll(scripts.ToArbitrary(), script =>
        {
            StoreModel model = new();
            TestMachine first = new(), second = new();
            foreach (StoreStep step in script)
            {
                byte[] reply = first.Execute(step.Operation);
                Assert.Equal(reply, second.Execute(step.Operation));
                model.NowMicros = first.NowMicros;
                Assert.Equal(step.Expected(model), Op.Read(reply));
                if (step.Operation.Length % 3 == 0) first.Snapshot(); // freezing changes nothing
            }
            Assert.Equal(model.List(""), List(first, ""));
            Assert.Equal(model.List("c"), List(first, "c"));
            Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
            Assert.Equal(first.Snapshot(), second.Snapshot());
        });
    }

    [Property(MaxTest = 150)]
    public Property A_snapshot_installed_elsewhere_is_the_same_state()
    {
        Gen<(StoreStep[], StoreStep[])> cases =
            from before in StoreStep.Generator.ArrayOf().Resize(100)
            from after in StoreStep.Generator.ArrayOf().Resize(100)
            select (before, after);
        return Prop.ForAll(cases.ToArbitrary(), @case =>
        {
            (StoreStep[] before, StoreStep[] after) = @case;
            TestMachine original = new();
            foreach (StoreStep step in before) original.Execute(step.Operation);
            TestMachine copy = new() { NowMicros = original.NowMicros };
            copy.Execute(Opcode.Put, "goes", "away", 0);
            copy.NowMicros = original.NowMicros;
            copy.Install(original.Snapshot());
            Assert.Equal(original.Store.StateDigest(), copy.Store.StateDigest());
            Assert.Equal(original.Store.StateBytes, copy.Store.StateBytes);
            foreach (StoreStep step in after)
                Assert.Equal(original.Execute(step.Operation), copy.Execute(step.Operation));
            Assert.Equal(original.Snapshot(), copy.Snapshot());
            Assert.Equal(original.Store.StateDigest(), copy.Store.StateDigest());
        });
    }

    private static object?[] List(TestMachine machine, string prefix)
    {
        List<object?> all = [];
        object? after = null;
        do
        {
            object?[] page = (object?[])machine.Query(Opcode.List, prefix, ListingFlags.Values, after, 3).Reply!;
            Assert.InRange(page.Length, 1, 7);
            all.AddRange(page[1..]);
            after = page[0];
        }
        while (after is not null);
        return [.. all];
    }
}
