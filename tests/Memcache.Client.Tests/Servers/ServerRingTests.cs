using Memcache.Client.Servers;

namespace Memcache.Client.Tests.Servers;

public class ServerRingTests
{
    private const int Keys = 20_000;

    [Fact]
    public void Each_server_has_about_its_share()
    {
        ServerRing ring = new(["a:1", "b:1", "c:1", "d:1"]);
        int[] counts = new int[4];
        for (int i = 0; i < Keys; i++) counts[ring.ServerOf($"key{i}")]++;
        Assert.All(counts, static count => Assert.InRange(count, Keys / 4 * 0.7, Keys / 4 * 1.3));
    }

    [Fact]
    public void A_server_more_takes_its_share_and_moves_no_other_key()
    {
        ServerRing three = new(["a:1", "b:1", "c:1"]), four = new(["a:1", "b:1", "c:1", "d:1"]);
        int moved = 0;
        for (int i = 0; i < Keys; i++)
        {
            int before = three.ServerOf($"key{i}"), after = four.ServerOf($"key{i}");
            if (before == after) continue;
            Assert.Equal(3, after);
            moved++;
        }
        Assert.InRange(moved, Keys / 4 * 0.7, Keys / 4 * 1.3);
    }

    [Fact]
    public void The_order_of_servers_does_not_matter()
    {
        string[] names = ["a:1", "b:1", "c:1"], turned = ["c:1", "a:1", "b:1"];
        ServerRing one = new(names), other = new(turned);
        Assert.All(
            Enumerable.Range(0, 1000),
            i => Assert.Equal(names[one.ServerOf($"key{i}")], turned[other.ServerOf($"key{i}")]));
    }
}
