using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

public class CollectionModelTests
{
    [Property(MaxTest = 200)]
    public Property Replies_as_the_model_does_and_all_stores_stay_equal()
    {
        Gen<CollectionStep[]> scripts = CollectionStep.Generator.ArrayOf().Resize(80);
        return Prop.ForAll(scripts.ToArbitrary(), script =>
        {
            CollectionModel model = new();
            TestMachine first = new(), second = new(), restored = new();
            foreach (CollectionStep step in script)
            {
                byte[] reply = first.Execute(step.Operation);
                Assert.Equal(reply, second.Execute(step.Operation));
                step.Check(model, Op.Read(reply));
                if (step.Operation.Length % 3 == 0) first.Snapshot(); // freezing changes nothing
            }
            byte[] snapshot = first.Snapshot();
            Assert.Equal(snapshot, second.Snapshot());
            restored.Install(snapshot); // computes anew what the others kept up to date
            foreach (TestMachine machine in (TestMachine[])[first, second, restored])
            {
                Assert.Equal(first.Store.StateDigest(), machine.Store.StateDigest());
                Assert.Equal(first.Store.StateBytes, machine.Store.StateBytes);
                Assert.Equal(model.Keys.Count(), machine.Store.Count);
                foreach (string key in model.Keys)
                {
                    Assert.Equal(
                        model.Elements(key),
                        model.IsSet(key)
                            ? machine.ExecuteArray(Opcode.SetMembers, key)
                            : machine.ExecuteArray(Opcode.ListRange, key, 0, -1));
                }
            }
        });
    }
}
