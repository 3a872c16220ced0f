namespace BftSmr;

/// <summary>A leader epoch: regency r is led by replica r mod n. The first is 0.</summary>
public readonly record struct Regency(long Value) : IComparable<Regency>
{
    /// <summary>The one before the first: nothing has happened yet.</summary>
    public static Regency Zero => default;

    /// <summary>The next one.</summary>
    public Regency Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Regency other) => Value.CompareTo(other.Value);

    /// <summary>Orders by number.</summary>
    public static bool operator <(Regency left, Regency right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(Regency left, Regency right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(Regency left, Regency right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(Regency left, Regency right) => left.Value >= right.Value;

    /// <summary>The one <paramref name="count"/> further on.</summary>
    public static Regency operator +(Regency left, long count) => new(left.Value + count);

    /// <summary>How many lie between the two.</summary>
    public static long operator -(Regency left, Regency right) => left.Value - right.Value;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"R{Value}");
}
