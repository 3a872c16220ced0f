namespace BftSmr;

/// <summary>
/// The number of a consensus instance. Instances are decided in any order and executed in order; the first is 1.
/// </summary>
public readonly record struct Instance(long Value) : IComparable<Instance>
{
    /// <summary>The one before the first: nothing has happened yet.</summary>
    public static Instance Zero => default;

    /// <summary>The next one.</summary>
    public Instance Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Instance other) => Value.CompareTo(other.Value);

    /// <summary>Orders by number.</summary>
    public static bool operator <(Instance left, Instance right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(Instance left, Instance right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(Instance left, Instance right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(Instance left, Instance right) => left.Value >= right.Value;

    /// <summary>The one <paramref name="count"/> further on.</summary>
    public static Instance operator +(Instance left, long count) => new(left.Value + count);

    /// <summary>How many lie between the two.</summary>
    public static long operator -(Instance left, Instance right) => left.Value - right.Value;

    /// <summary>The later of two.</summary>
    internal static Instance Max(Instance left, Instance right) => left.Value > right.Value ? left : right;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{Value}");
}
