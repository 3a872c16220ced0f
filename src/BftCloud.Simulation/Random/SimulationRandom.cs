using System.Numerics;

namespace BftCloud.Simulation;

/// <summary>
/// The only randomness in a simulation: xoshiro256** (Blackman and Vigna) seeded by SplitMix64, so that a seed means
/// the same on every machine and runtime. Streams forked by name do not disturb each other: taking one fault out of a
/// plan leaves all other choices alone.
/// </summary>
public sealed class SimulationRandom
{
    private readonly ulong _origin;
    private ulong _a, _b, _c, _d;

    /// <summary>A stream that depends on the seed alone.</summary>
    public SimulationRandom(ulong seed)
    {
        _origin = seed;
        ulong state = seed;
        (_a, _b, _c, _d) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>A stream of its own. Only this one's seed and the label decide it, not what was drawn here.</summary>
    public SimulationRandom Fork(string label, int index = 0)
    {
        ArgumentNullException.ThrowIfNull(label);
        ulong state = _origin ^ ((ulong)(uint)index << 32);
        foreach (char letter in label) state = SplitMix(ref state) ^ letter;
        return new SimulationRandom(SplitMix(ref state));
    }

    /// <summary>Any 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 up to, not including, the bound.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public long Between(long least, long most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        return least + (long)Math.BigMul(NextUInt64(), (ulong)(most - least) + 1, out _);
    }

    /// <summary>A number from 0 to 1, 1 not included.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => probability > 0 && NextDouble() < probability;

    /// <summary>One of the items, all equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items[Next(items.Count)];
    }

    /// <summary>Puts the items in a random order.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
