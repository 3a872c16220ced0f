using KvStore.State;

namespace KvStore.Tests.State;

public class CowDequeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Holds_what_a_list_holds_and_frozen_forks_stay(int seed)
    {
        Random random = new(seed);
        Generation generation = new();
        CowDeque deque = new(generation);
        List<byte[]> model = [];
        List<(CowDeque Frozen, byte[][] Content)> views = [];
        for (int step = 0; step < 20_000; step++)
        {
            byte[] item = BitConverter.GetBytes(step);
            bool grows = random.Next(10) < (step / 2_000 % 2 == 0 ? 7 : 3);
            switch (grows, random.Next(2))
            {
                case (true, 0): deque.AddFirst(item); model.Insert(0, item); break;
                case (true, _): deque.AddLast(item); model.Add(item); break;
                case (false, 0) when model.Count > 0:
                    Assert.Same(model[0], deque.RemoveFirst());
                    model.RemoveAt(0);
                    break;
                case (false, _) when model.Count > 0:
                    Assert.Same(model[^1], deque.RemoveLast());
                    model.RemoveAt(model.Count - 1);
                    break;
            }
            if (model.Count > 0 && random.Next(20) == 0)
            {
                int index = random.Next(model.Count);
                deque[index] = model[index] = item;
            }
            Assert.Equal(model.Count, deque.Count);
            if (step % 500 != 0) continue;
            generation.Freeze();
            CowDeque frozen = deque;
            deque = deque.Fork();
            views.Add((frozen, [.. model]));
        }
        foreach ((CowDeque frozen, byte[][] content) in views) AssertSame(content, frozen);
        AssertSame(model, deque);
    }

    private static void AssertSame(IReadOnlyList<byte[]> expected, CowDeque deque)
    {
        Assert.Equal(expected.Count, deque.Count);
        for (int i = 0; i < expected.Count; i++) Assert.Same(expected[i], deque[i]);
    }
}
