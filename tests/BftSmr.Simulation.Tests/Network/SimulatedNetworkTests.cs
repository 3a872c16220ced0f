using BftCloud.Simulation;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Tests.Network;

public class SimulatedNetworkTests
{
    private static readonly NetworkConditions s_rough = new() { LatencyMinMicros = 10, LatencyMaxMicros = 5_000 };

    [Fact]
    public void A_stream_keeps_order_whatever_the_delays()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        for (byte i = 0; i < 200; i++) network.Send(0, 1, new[] { i });
        Run(world, 1_000_000);
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => (byte)i), nodes[1].Received);
    }

    [Fact]
    public void Datagrams_overtake_and_repeat_each_other_and_none_is_invented()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(
            s_rough with { Datagrams = true, DuplicationShare = 0.2 });
        for (byte i = 0; i < 200; i++) network.Send(0, 1, new[] { i });
        Run(world, 1_000_000);
        Assert.NotEqual(nodes[1].Received.Order(), nodes[1].Received);
        Assert.True(nodes[1].Received.Count > 200);
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => (byte)i), nodes[1].Received.Distinct().Order());
    }

    [Fact]
    public void A_broken_link_loses_what_is_on_its_way_tells_both_ends_and_comes_back()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        network.Send(0, 1, new byte[] { 1 });
        network.Cut(0, 1);
        network.Send(0, 1, new byte[] { 2 });
        Run(world, 1_000_000);
        Assert.Empty(nodes[1].Received);
        Assert.Equal([true, false, true], nodes[0].Links);
        Assert.Equal([true, false, true], nodes[1].Links);
        network.Send(0, 1, new byte[] { 3 });
        Run(world, 1_000_000);
        Assert.Equal([3], nodes[1].Received);
    }

    [Fact]
    public void A_short_partition_only_delays_a_stream_and_blocks_one_direction_only_if_told_so()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        network.Block(0, 1);
        network.Send(0, 1, new byte[] { 1 });
        network.Send(1, 0, new byte[] { 9 });
        Run(world, 50_000);
        Assert.Empty(nodes[1].Received);
        Assert.Equal([9], nodes[0].Received);
        network.Unblock(0, 1);
        network.Send(0, 1, new byte[] { 2 });
        Run(world, 50_000);
        Assert.Equal([1, 2], nodes[1].Received);
    }

    [Fact]
    public void A_long_partition_breaks_the_link_which_comes_back_only_after_it()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        network.Block(0, 1);
        network.Send(0, 1, new byte[] { 1 });
        Run(world, 20_000_000);
        Assert.Equal([true, false], nodes[0].Links);
        network.UnblockAll();
        Run(world, 1_000_000);
        Assert.Equal([true, false, true], nodes[0].Links);
        Assert.Empty(nodes[1].Received);
    }

    [Fact]
    public void The_links_of_a_node_that_died_come_back_when_it_lives_again()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        nodes[1].IsAlive = false;
        network.Died(1, silently: true);
        Run(world, 5_000_000);
        Assert.Equal([true, false], nodes[0].Links);
        Assert.Equal([true], nodes[1].Links);
        nodes[1].IsAlive = true;
        Run(world, 5_000_000);
        Assert.Equal([true, false, true], nodes[0].Links);
        Assert.Equal([true, true], nodes[1].Links);
    }

    [Fact]
    public void Loss_takes_about_its_share_and_a_full_queue_takes_the_rest()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough with { LossShare = 0.5 });
        for (int i = 0; i < 1000; i++) network.Send(0, 1, new byte[] { 1 });
        Run(world, 1_000_000);
        Assert.InRange(nodes[1].Received.Count, 400, 600);

        (world, network, nodes) = Pair(s_rough with { FramesInFlightMax = 20 });
        for (int i = 0; i < 1000; i++) network.Send(0, 1, new byte[] { 1 });
        Run(world, 1_000_000);
        Assert.Equal(20, nodes[1].Received.Count);
    }

    [Fact]
    public void A_link_with_a_bandwidth_carries_so_much_and_its_full_queue_drops()
    {
        NetworkConditions narrow = new()
        {
            LatencyMinMicros = 100_000, LatencyMaxMicros = 100_000, Bandwidth = new LinkBandwidth(1_000_000, 10_000),
        };
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(narrow);
        for (int i = 0; i < 20; i++) network.Send(0, 1, new byte[1_000]);
        Run(world, 100_999);
        Assert.Empty(nodes[1].Received);
        Run(world, 1);
        Assert.Single(nodes[1].Received);
        Run(world, 8_999);
        Assert.Equal(9, nodes[1].Received.Count);
        Run(world, 1_000_000);
        Assert.Equal(10, nodes[1].Received.Count); // the queue holds ten

        network.Send(0, 1, new byte[1_000], leavesInMicros: 50_000);
        Run(world, 150_999);
        Assert.Equal(10, nodes[1].Received.Count);
        Run(world, 1);
        Assert.Equal(11, nodes[1].Received.Count);
    }

    [Fact]
    public void Bulk_on_a_narrow_line_stands_before_no_message_but_shares_the_line()
    {
        NetworkConditions narrow = new()
        {
            LatencyMinMicros = 0, LatencyMaxMicros = 0, Bandwidth = new LinkBandwidth(1_000_000, 1_000_000),
        };
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(narrow);
        byte[] bulk = new byte[100_000], vote = new byte[1_000];
        (bulk[0], vote[0]) = (1, 2);
        for (int i = 0; i < 10; i++) network.Send(0, 1, bulk, isBulk: true);
        network.Send(0, 1, bulk, isBulk: true); // the queue holds ten
        network.Send(0, 1, vote);
        Assert.False(network.IsBehind(0, 1));
        Run(world, 2_001);
        Assert.Equal([2], nodes[1].Received);
        Run(world, 97_000);
        Assert.Equal([2], nodes[1].Received);
        network.Send(0, 1, vote);
        Run(world, 2_001);
        Assert.Equal([2, 1, 2], nodes[1].Received);
        network.Send(0, 1, bulk, isBulk: true); // the votes took the room that the first one left
        Run(world, 1_000_000);
        Assert.Equal([2, 1, 2, .. Enumerable.Repeat<byte>(1, 9)], nodes[1].Received);
    }

    [Fact]
    public void What_was_sent_before_waits_but_what_is_sent_at_the_same_moment_does_not()
    {
        (World world, SimulatedNetwork network, _) = Pair(s_rough);
        network.Narrow(1, new LinkBandwidth(1_000, 10_000));
        network.Send(0, 1, new byte[100]);
        Assert.False(network.IsBehind(0, 1));
        network.Send(0, 1, new byte[100]);
        Assert.False(network.IsBehind(0, 1));
        Assert.Equal(world.NowMicros + 200_000, network.LeavesAtMicros(0, 1));
        Run(world, 199_000);
        Assert.True(network.IsBehind(0, 1));
        Run(world, 2_000);
        Assert.False(network.IsBehind(0, 1));
    }

    [Fact]
    public void A_node_with_narrow_links_has_them_whatever_the_network_is()
    {
        (World world, SimulatedNetwork network, Node[] nodes) = Pair(s_rough);
        network.Narrow(1, new LinkBandwidth(100, 1_000));
        network.Send(0, 1, new byte[100]);
        Run(world, 999_000);
        Assert.Empty(nodes[1].Received);
        Run(world, 100_000);
        Assert.Single(nodes[1].Received);
    }

    private static (World World, SimulatedNetwork Network, Node[] Nodes) Pair(NetworkConditions conditions)
    {
        World world = new(3, 0, Wording.Of);
        SimulatedNetwork network = new(world, conditions);
        Node[] nodes = [new(), new()];
        foreach (Node node in nodes) network.Add(node);
        network.Connect(0, 1);
        Run(world, 1_000_000);
        return (world, network, nodes);
    }

    private static void Run(World world, long micros) =>
        world.RunUntil(world.NowMicros + micros, static () => false, long.MaxValue);

    private sealed class Node : INetworkNode
    {
        public List<byte> Received { get; } = [];
        public List<bool> Links { get; } = [];
        public bool IsAlive { get; set; } = true;

        public void Receive(int from, NetworkFrame frame)
        {
            Assert.True(Links[^1], "A frame came over a link that its reader takes to be down.");
            Received.Add(frame.Bytes.Span[0]);
        }

        public void LinkChanged(int peer, bool isUp) => Links.Add(isUp);
    }
}
