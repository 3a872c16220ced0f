using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>
/// What one sender has sent, in order: its part of a <see cref="FairQueue{TItem}"/>. Belongs to the thread that takes.
/// </summary>
/// <param name="isHeldBack">Tells, without waiting, whether nothing of it is to be taken for now; never, if null. When
/// that ends, <see cref="FairQueue{TItem}.Release"/> follows.</param>
internal sealed class FairLane<TItem>(Func<bool>? isHeldBack = null)
{
    public Queue<TItem> Items { get; } = new();

    public int Count => Items.Count;

    public bool IsHeldBack => isHeldBack is not null && isHeldBack();

    /// <summary>What it was charged, and, at least, what others had been served when it last began to wait.</summary>
    public long ServedTicks { get; set; }

    public FairLanePlace Place { get; set; }

    /// <summary>What was taken from it, or is done for it, cost so much.</summary>
    public void Charge(long ticks)
    {
        Invariant.Holds(ticks >= 0, "to serve a lane costs no less than nothing");
        ServedTicks += ticks;
    }
}
