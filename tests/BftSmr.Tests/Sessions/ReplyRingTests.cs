using BftSmr.Messages;
using BftSmr.Sessions;

namespace BftSmr.Tests.Sessions;

public sealed class ReplyRingTests
{
    /// <summary>Against a queue of arrays of their own.</summary>
    [Fact]
    public void It_keeps_the_latest_replies_within_its_limits_whatever_their_sizes()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int repliesMax = random.Next(1, 12), bytesMax = random.Next(1, 200), sizeMax = random.Next(1, 120);
            ReplyRing ring = new();
            Queue<CachedReply> expected = new();
            for (ulong sequence = 1; sequence <= 400; sequence++)
            {
                byte[] result = new byte[random.Next(3) == 0 ? 0 : random.Next(sizeMax)];
                random.NextBytes(result);
                if (random.Next(4) == 0)
                {
                    ulong first = sequence - (ulong)random.Next((int)Math.Min(sequence, 8));
                    ring.DropBefore(first);
                    while (expected.TryPeek(out CachedReply oldest) && oldest.Sequence < first) expected.Dequeue();
                }
                CachedReply reply = new(sequence, (ReplyStatus)random.Next(2), result);
                ring.Keep(reply, repliesMax, bytesMax);
                expected.Enqueue(reply);
                while (expected.Count > repliesMax
                    || (expected.Count > 1 && expected.Sum(static r => r.Result.Length) > bytesMax))
                    expected.Dequeue();

                Assert.True(
                    expected.Count == ring.Count,
                    $"seed {seed}, reply {sequence}: {ring.Count} are kept, not {expected.Count}");
                int place = 0;
                foreach (CachedReply kept in expected)
                {
                    CachedReply found = ring[place++];
                    Assert.True(
                        kept.Sequence == found.Sequence && kept.Status == found.Status
                            && kept.Result.Span.SequenceEqual(found.Result.Span),
                        $"seed {seed}, reply {sequence}, place {place}");
                }
            }
        }
    }

    [Fact]
    public void Replies_of_a_steady_size_come_and_go_without_allocating()
    {
        ReplyRing ring = new();
        CachedReply reply = new(1, ReplyStatus.Ok, new byte[1024]);
        for (int i = 0; i < 200; i++) ring.Keep(reply, 256, 64 << 10);

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) ring.Keep(reply, 256, 64 << 10);
        }));
        Assert.Equal(64, ring.Count);
    }
}
