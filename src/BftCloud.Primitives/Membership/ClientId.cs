namespace BftCloud.Primitives;

/// <summary>
/// A client identity, that is a key pair admitted by the cluster; one identity may hold many sessions.
/// </summary>
public readonly record struct ClientId(int Value) : IComparable<ClientId>
{
    /// <inheritdoc/>
    public int CompareTo(ClientId other) => Value.CompareTo(other.Value);

    /// <summary>Orders by number.</summary>
    public static bool operator <(ClientId left, ClientId right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(ClientId left, ClientId right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(ClientId left, ClientId right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(ClientId left, ClientId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"c{Value}");
}
