using BftSmr;
using KvStore.State;

namespace KvStore.Tests.StateMachine;

/// <summary>A change of a record.</summary>
internal sealed record TestChange(StateChangeKind Kind, byte[] Key, byte[] Value)
{
    /// <summary>The key of the first record.</summary>
    public static byte[] HeaderKey => [RecordFormat.Header];

    public override string ToString() =>
        $"{Kind} {Convert.ToHexStringLower(Key)} {Convert.ToHexStringLower(Value)}";

    /// <summary>Reads them to the end, and checks their order.</summary>
    public static IReadOnlyList<TestChange> ReadAll(IStateChanges changes)
    {
        List<TestChange> all = [];
        while (changes.TryRead(out StateChange change))
        {
            TestChange next = new(change.Kind, change.Key.ToArray(), change.Value.ToArray());
            if (all.Count > 0)
            {
                int order = next.Key.AsSpan().SequenceCompareTo(all[^1].Key);
                Assert.InRange(order, all[^1].Kind == StateChangeKind.RemoveAll ? 0 : 1, int.MaxValue);
            }
            all.Add(next);
        }
        return all;
    }

    public static IEnumerable<string> Shown(IEnumerable<TestChange> changes) =>
        changes.Select(static c => c.ToString());
}
