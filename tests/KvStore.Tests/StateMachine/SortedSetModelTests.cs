using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace KvStore.Tests.StateMachine;

public class SortedSetModelTests
{
    [Property(MaxTest = 400)]
    public Property Replies_as_the_model_does_and_two_stores_stay_equal()
    {
        Gen<SortedSetStep[]> scripts = SortedSetStep.Generator.ArrayOf().Resize(80);
        return Prop.ForAll(scripts.ToArbitrary(), script =>
        {
            SortedSetModel model = new();
            TestMachine first = new(), second = new();
            foreach (SortedSetStep step in script)
            {
                byte[] reply = first.Execute(step.Operation);
                Assert.Equal(reply, second.Execute(step.Operation));
                Assert.Equal(step.Expected(model), Op.Read(reply));
                if (step.Operation.Length % 3 == 0) first.Snapshot(); // freezing changes nothing
            }
            Assert.Equal(first.Store.StateDigest(), second.Store.StateDigest());
            byte[] snapshot = first.Snapshot();
            Assert.Equal(snapshot, second.Snapshot());
            TestMachine copy = new() { NowMicros = first.NowMicros };
            copy.Install(snapshot);
            Assert.Equal(first.Store.StateDigest(), copy.Store.StateDigest());
            Assert.Equal(first.Store.StateBytes, copy.Store.StateBytes);
            foreach (SortedSetStep step in script)
                Assert.Equal(first.Execute(step.Operation), copy.Execute(step.Operation));
            Assert.Equal(first.Snapshot(), copy.Snapshot());
        });
    }
}
