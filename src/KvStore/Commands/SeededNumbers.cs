namespace KvStore.Commands;

/// <summary>
/// Numbers that follow from a seed alone, by SplitMix64: the same at all replicas. They are spread evenly and are no
/// secret.
/// </summary>
internal struct SeededNumbers(ulong seed)
{
    // 2^64 divided by the golden ratio, and the multipliers of Stafford's variant 13 of the mix.
    private const ulong Step = 0x9e3779b97f4a7c15;
    private const ulong FirstMultiplier = 0xbf58476d1ce4e5b9;
    private const ulong SecondMultiplier = 0x94d049bb133111eb;

    private ulong _state = seed;

    /// <summary>Numbers of their own for one of many that share a seed.</summary>
    public static SeededNumbers For(ulong seed, int index)
    {
        SeededNumbers shared = new(unchecked(seed ^ (ulong)index * SecondMultiplier));
        return new SeededNumbers(shared.Next());
    }

    /// <summary>Any number of 64 bits.</summary>
    public ulong Next()
    {
        _state = unchecked(_state + Step);
        ulong mixed = unchecked((_state ^ (_state >> 30)) * FirstMultiplier);
        mixed = unchecked((mixed ^ (mixed >> 27)) * SecondMultiplier);
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Any of 0 to <paramref name="count"/> - 1, each as likely as the others.</summary>
    public int Below(int count)
    {
        // The high half of the product is the number. What does not divide evenly is drawn again (Lemire's method).
        ulong bound = (ulong)count, uneven = unchecked(0 - bound) % bound;
        ulong high, low;
        do high = Math.BigMul(Next(), bound, out low);
        while (low < uneven);
        return (int)high;
    }

    /// <summary>
    /// So many different ones of 0 to <paramref name="count"/> - 1, ascending, each selection as likely as the others.
    /// </summary>
    public int[] Distinct(int chosen, int count)
    {
        HashSet<int> selection = new(chosen);
        for (int last = count - chosen; last < count; last++) // Floyd's method
        {
            if (!selection.Add(Below(last + 1))) selection.Add(last);
        }
        int[] ascending = [.. selection];
        Array.Sort(ascending);
        return ascending;
    }
}
