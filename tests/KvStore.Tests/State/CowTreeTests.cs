using System.Buffers.Binary;
using KvStore.State;

namespace KvStore.Tests.State;

public class CowTreeTests
{
    private sealed class BytesOrder : IComparer<byte[]>
    {
        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }

    [Theory]
    [InlineData(1, 200, 20_000)]
    [InlineData(2, 5_000, 60_000)]
    [InlineData(3, 1_000_000, 60_000)]
    public void Holds_what_a_sorted_dictionary_holds(int seed, int keys, int steps)
    {
        Random random = new(seed);
        CowTree<int> tree = new(new Generation());
        SortedDictionary<byte[], int> model = new(new BytesOrder());
        for (int step = 0; step < steps; step++)
        {
            byte[] key = Key(random.Next(keys));
            // Grows in the first half and shrinks in the second.
            if (random.Next(10) < (step < steps / 2 ? 7 : 2))
            {
                tree.GetOrAdd(key, null, out bool added) = step;
                Assert.Equal(!model.ContainsKey(key), added);
                model[key] = step;
            }
            else
            {
                Assert.Equal(model.Remove(key, out int expected), tree.Remove(key, out int removed));
                Assert.Equal(expected, removed);
            }
            Assert.Equal(model.Count, tree.Count);
            if (step % 5_000 == 0) AssertSame(model, tree);
        }
        AssertSame(model, tree);
        foreach (byte[] key in model.Keys.ToArray()) Assert.True(tree.Remove(key, out _));
        Assert.Equal(0, tree.Count);
        Assert.False(tree.Walk().MoveNext());
    }

    [Fact]
    public void A_frozen_tree_shows_what_there_was_while_the_live_one_goes_on()
    {
        Random random = new(5);
        Generation generation = new();
        CowTree<int> tree = new(generation);
        SortedDictionary<byte[], int> model = new(new BytesOrder());
        List<(CowTree<int> Frozen, KeyValuePair<byte[], int>[] Content)> views = [];
        for (int step = 0; step < 30_000; step++)
        {
            byte[] key = Key(random.Next(2_000));
            if (random.Next(3) > 0)
            {
                tree.GetOrAdd(key, null, out _) = step;
                model[key] = step;
            }
            else
            {
                tree.Remove(key, out _);
                model.Remove(key);
            }
            if (step % 3_000 != 0) continue;
            generation.Freeze();
            views.Add((tree.Fork(), [.. model]));
        }
        foreach ((CowTree<int> frozen, KeyValuePair<byte[], int>[] content) in views) AssertSame(content, frozen);
        AssertSame(model, tree);
    }

    [Fact]
    public void Seeks_to_the_first_key_at_or_above()
    {
        CowTree<int> tree = new(new Generation());
        for (int i = 0; i < 1_000; i += 2) tree.GetOrAdd(Key(i), null, out _) = i;
        for (int i = 0; i < 998; i++)
        {
            CowTreeCursor<int> cursor = tree.Walk();
            cursor.Seek(Key(i));
            Assert.True(cursor.MoveNext());
            Assert.Equal(i + (i & 1), cursor.Value);
        }
        CowTreeCursor<int> beyond = tree.Walk();
        beyond.Seek(Key(999));
        Assert.False(beyond.MoveNext());
    }

    [Fact]
    public void Keys_in_order_fill_nodes()
    {
        CowTree<int> ascending = new(new Generation());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 64_000; i++) ascending.GetOrAdd(Key(i), null, out _) = i;
        long bytesPerKey = (GC.GetAllocatedBytesForCurrentThread() - before) / 64_000;
        Assert.InRange(bytesPerKey, 1, 2 * 32 + 20); // twice the key, and 12 to 16 bytes in a leaf
    }

    [Theory]
    [InlineData(6, 300)]
    [InlineData(7, 20_000)]
    public void Tells_the_place_of_a_key_and_the_key_at_a_place(int seed, int keys)
    {
        Random random = new(seed);
        Generation generation = new();
        CowTree<int> tree = new(generation);
        SortedSet<int> model = [];
        for (int step = 0; step < 60_000; step++)
        {
            int key = random.Next(keys);
            // Grows, shrinks to nothing, and grows again.
            if (random.Next(10) < (step / 20_000 == 1 ? 1 : 7))
            {
                tree.GetOrAdd(Key(key), null, out _) = key;
                model.Add(key);
            }
            else
            {
                Assert.Equal(model.Remove(key), tree.Remove(Key(key), out _));
            }
            if (step % 700 == 0) generation.Freeze();
            if (step % 2_500 == 0) AssertPlaces([.. model], tree, keys);
        }
        AssertPlaces([.. model], tree, keys);
        AssertPlaces([], new CowTree<int>(generation), keys);
    }

    private static void AssertPlaces(int[] ordered, CowTree<int> tree, int keys)
    {
        CowTreeCursor<int> cursor = tree.Walk(), back = tree.Walk();
        Assert.False(cursor.MoveTo(-1));
        Assert.False(cursor.MoveTo(ordered.Length));
        Assert.False(cursor.MovePrevious());
        Assert.Equal(ordered.Length > 0, back.MoveTo(ordered.Length - 1));
        for (int i = ordered.Length - 1; i >= 0; i--)
        {
            Assert.Equal(ordered[i], back.Value);
            Assert.Equal(i > 0, back.MovePrevious());
            Assert.True(cursor.MoveTo(i));
            Assert.Equal(ordered[i], cursor.Value);
            Assert.Equal(i + 1 < ordered.Length, cursor.MoveNext());
        }
        for (int key = 0, below = 0; key <= keys; key++)
        {
            Assert.Equal(below, tree.RankOf(Key(key)));
            if (below < ordered.Length && ordered[below] == key) below++;
        }
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private static void AssertSame(IEnumerable<KeyValuePair<byte[], int>> expected, CowTree<int> tree)
    {
        CowTreeCursor<int> cursor = tree.Walk();
        int rank = 0;
        foreach ((byte[] key, int value) in expected)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(key, cursor.Key);
            Assert.Equal(value, cursor.Value);
            Assert.True(tree.TryGet(key, out int found));
            Assert.Equal(value, found);
            Assert.Equal((cursor.Key, value), tree.At(rank++));
        }
        Assert.False(cursor.MoveNext());
        Assert.Equal(rank, tree.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.At(rank));
    }
}
