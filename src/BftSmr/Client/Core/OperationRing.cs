namespace BftSmr.Client.Core;

/// <summary>
/// The operations under way by number: a bounded window of consecutive numbers that moves on as the oldest complete.
/// </summary>
internal sealed class OperationRing(int capacity)
{
    private readonly ClientOperation?[] _slots = new ClientOperation?[capacity];

    /// <summary>The lowest number that is not over; equals <see cref="Next"/> when there is none.</summary>
    public ulong Oldest { get; private set; } = 1;

    /// <summary>The number that the next operation gets.</summary>
    public ulong Next { get; private set; } = 1;

    public bool HasRoom => Next - Oldest < (ulong)_slots.Length;

    public bool IsEmpty => Oldest == Next;

    /// <summary>The operation of that number, null when it is over or was never begun.</summary>
    public ClientOperation? this[ulong number] =>
        number < Oldest || number >= Next ? null : _slots[number % (ulong)_slots.Length];

    /// <summary>Gives the operation the next number.</summary>
    public ulong Add(ClientOperation operation)
    {
        if (!HasRoom) throw new InvalidOperationException("The window is full; ask HasRoom first.");
        _slots[Next % (ulong)_slots.Length] = operation;
        return Next++;
    }

    /// <summary>The operation of that number is over.</summary>
    public void Remove(ulong number)
    {
        _slots[number % (ulong)_slots.Length] = null;
        while (Oldest < Next && _slots[Oldest % (ulong)_slots.Length] is null) Oldest++;
    }

    /// <summary>The operation that was given a number last is over, and its number is the next one's.</summary>
    public void TakeBack()
    {
        if (IsEmpty) throw new InvalidOperationException("No number has been given.");
        Next--;
        _slots[Next % (ulong)_slots.Length] = null;
    }

    /// <summary>Begins again at number 1.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Oldest = Next = 1;
    }
}
