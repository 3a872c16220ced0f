using BftSmr.Instances;
using BftSmr.Ordering.ModSmart.Consensus;

namespace BftSmr.Tests.Instances;

public sealed class BatchArchiveTests
{
    /// <summary>Against copies of their own, in the order in which instances come and go.</summary>
    [Fact]
    public void What_was_kept_stays_as_it_was_until_it_is_released()
    {
        for (int seed = 0; seed < 5; seed++)
        {
            Random random = new(seed);
            BatchArchive archive = new();
            Queue<(byte[] Copy, ReadOnlyMemory<byte> Kept, BatchArchive.Block Block)> all = new();
            for (int i = 0; i < 500; i++)
            {
                byte[] bytes = new byte[random.Next(10) == 0 ? random.Next(600 << 10) : random.Next(30 << 10)];
                random.NextBytes(bytes);
                all.Enqueue((bytes, archive.Keep(bytes, out BatchArchive.Block block), block));
                int left = random.Next(20) == 0 ? 0 : random.Next(100);
                while (all.Count > left && random.Next(3) != 0)
                {
                    (byte[] copy, ReadOnlyMemory<byte> kept, BatchArchive.Block its) = all.Dequeue();
                    Assert.True(kept.Span.SequenceEqual(copy), $"seed {seed}, batch {i}");
                    archive.Release(its);
                }
            }
        }
    }

    [Fact]
    public void Batches_that_come_and_go_are_kept_without_allocating()
    {
        BatchArchive archive = new();
        byte[] batch = new byte[100_000];
        Queue<BatchArchive.Block> blocks = new(64);
        long before = 0;
        for (int i = 0; i < 2000; i++)
        {
            if (i == 500) before = GC.GetAllocatedBytesForCurrentThread();
            archive.Keep(batch, out BatchArchive.Block block);
            blocks.Enqueue(block);
            if (blocks.Count > 40) archive.Release(blocks.Dequeue());
        }
        // Of 1,500 batches; a collection leaves some small change in the count.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, batch.Length);
    }
}
