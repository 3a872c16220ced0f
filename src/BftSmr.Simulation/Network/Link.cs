namespace BftSmr.Simulation.Network;

/// <summary>Both directions between two nodes. They live and break together, and may be blocked separately.</summary>
internal sealed class Link(int low, int high)
{
    public int Low { get; } = low;
    public int High { get; } = high;
    public Stream Upward { get; } = new(low, high);
    public Stream Downward { get; } = new(high, low);

    public bool IsUp { get; set; }

    /// <summary>Grows whenever the link breaks; what was sent in an earlier life never arrives.</summary>
    public long Life { get; set; }

    public bool IsBlocked => Upward.Blocks > 0 || Downward.Blocks > 0;

    public Stream FromNode(int node) => node == Low ? Upward : Downward;
}
