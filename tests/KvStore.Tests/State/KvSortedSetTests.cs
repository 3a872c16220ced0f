using System.Text;
using KvStore.State;

namespace KvStore.Tests.State;

public class KvSortedSetTests
{
    [Theory]
    [InlineData(1, 60, 20_000)]
    [InlineData(2, 5_000, 40_000)]
    public void Holds_what_a_sorted_list_holds(int seed, int members, int steps)
    {
        Random random = new(seed);
        Generation generation = new();
        KvSortedSet set = new(generation);
        Dictionary<string, double> model = [];
        List<(Collection Frozen, (string, double)[] Content)> views = [];
        for (int step = 0; step < steps; step++)
        {
            string member = $"m{random.Next(members)}";
            double score = random.Next(-20, 20) / 4.0;
            // Grows in the first half and shrinks in the second.
            if (random.Next(10) < (step < steps / 2 ? 7 : 2))
            {
                Assert.Equal(!model.ContainsKey(member), set.Put(Bytes(member), score));
                model[member] = score;
            }
            else
            {
                Assert.Equal(model.Remove(member), set.Remove(Bytes(member)));
            }
            if (step % (steps / 10) != 0) continue;
            AssertSame(Ordered(model), set);
            generation.Freeze();
            views.Add((set, Ordered(model)));
            set = (KvSortedSet)set.Fork();
        }
        AssertSame(Ordered(model), set);
        foreach ((Collection frozen, (string, double)[] content) in views) AssertSame(content, (KvSortedSet)frozen);
        foreach (string member in model.Keys) Assert.True(set.Remove(Bytes(member)));
        Assert.Equal(0, set.Count);
        Assert.Equal(0, set.Bytes);
        Assert.Equal(default, set.ContentHash);
    }

    [Fact]
    public void Score_keys_are_ordered_as_scores_and_members_are()
    {
        double[] scores =
        [
            double.NegativeInfinity, double.MinValue, -1e10, -1.5, -1, -double.Epsilon, 0, double.Epsilon, 0.1, 1, 1.5,
            1e10, double.MaxValue, double.PositiveInfinity,
        ];
        byte[] last = [];
        foreach (double score in scores)
        {
            foreach (byte[] key in (byte[][])[
                ScoreKey.Of(score, []), ScoreKey.Of(score, "a"u8), ScoreKey.After(score, "a"u8),
                ScoreKey.Of(score, "aa"u8), ScoreKey.Of(score, [0xff, 0xff])])
            {
                Assert.True(key.AsSpan().SequenceCompareTo(last) > 0);
                Assert.Equal(score, ScoreKey.ScoreOf(key));
                last = key;
            }
            Assert.True(ScoreKey.AfterAll(score).AsSpan().SequenceCompareTo(last) > 0);
        }
        Assert.Equal(ScoreKey.Of(0, []), ScoreKey.Of(-0.0, []));
    }

    private static (string, double)[] Ordered(Dictionary<string, double> model) =>
        [.. model.OrderBy(static m => m.Value).ThenBy(static m => m.Key, StringComparer.Ordinal)
            .Select(static m => (m.Key, m.Value))];

    private static void AssertSame((string Member, double Score)[] expected, KvSortedSet set)
    {
        Assert.Equal(expected.Length, set.Count);
        CowTreeCursor<KvSet.Present> cursor = set.WalkInOrder();
        for (int rank = 0; rank < expected.Length; rank++)
        {
            (string member, double score) = expected[rank];
            Assert.True(cursor.MoveNext());
            Assert.Equal(ScoreKey.Of(score, Bytes(member)), cursor.Key);
            Assert.Equal(cursor.Key, set.At(rank));
            Assert.Equal(rank, set.RankOf(cursor.Key));
            Assert.Equal(rank + 1, set.RankOf(ScoreKey.After(score, Bytes(member))));
            Assert.True(set.TryGetScore(Bytes(member), out double held));
            Assert.Equal(score, held);
        }
        Assert.False(cursor.MoveNext());
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
