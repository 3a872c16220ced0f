namespace DepSky.Tests.Client;

public sealed class DyingWriterTests
{
    /// <summary>
    /// The writer is cut off from all clouds at its first, second, ... request, until it gets through: each time
    /// readers see the old or the new content, whole, and the next write works.
    /// </summary>
    [Theory]
    [InlineData(DataProtection.Confidential)]
    [InlineData(DataProtection.Replicated)]
    public async Task A_writer_may_die_at_any_request(DataProtection protection)
    {
        byte[] old = TestClouds.Content(
            3 * TestClouds.SegmentBytes, 1), next = TestClouds.Content(2 * TestClouds.SegmentBytes, 2),
            last = TestClouds.Content(100, 3);
        int oldSeen = 0, newSeen = 0;
        bool isThrough = false;
        for (int diesAt = 1; !isThrough; diesAt++)
        {
            using TestClouds clouds = new();
            await using DepSkyClient reader = clouds.Client(o => o with { Protection = protection });
            await reader.PutAsync("u", old);
            await reader.DrainAsync();

            using CancellationTokenSource dead = new();
            int requests = 0;
            foreach (TestCloud cloud in clouds.All)
            {
                cloud.Before = async (_, _, token) =>
                {
                    if (Interlocked.Increment(ref requests) < diesAt) return;
                    await dead.CancelAsync();
                    await Task.Delay(Timeout.Infinite, token);
                };
            }
            await using (DepSkyClient writer = clouds.Client(o => o with { Protection = protection }))
            {
                try
                {
                    await writer.PutAsync("u", new MemoryStream(next), null, dead.Token);
                    isThrough = !dead.IsCancellationRequested;
                }
                catch (OperationCanceledException)
                {
                    // It died.
                }
            }
            foreach (TestCloud cloud in clouds.All) cloud.Up();

            byte[] seen = await reader.GetAsync("u");
            if (seen.AsSpan().SequenceEqual(next)) newSeen++;
            else
            {
                Assert.Equal(old, seen);
                oldSeen++;
            }
            await reader.PutAsync("u", last);
            Assert.Equal(last, await reader.GetAsync("u"));
        }
        Assert.InRange(oldSeen, 10, 60);
        Assert.InRange(newSeen, 1, 60);
    }
}
