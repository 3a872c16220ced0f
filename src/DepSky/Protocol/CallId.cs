namespace DepSky.Protocol;

/// <summary>Identifies a call of a core: they are numbered as they are made.</summary>
internal readonly record struct CallId(long Value) : IComparable<CallId>
{
    public int CompareTo(CallId other) => Value.CompareTo(other.Value);

    public static bool operator <(CallId left, CallId right) => left.Value < right.Value;

    public static bool operator >(CallId left, CallId right) => left.Value > right.Value;

    public static bool operator <=(CallId left, CallId right) => left.Value <= right.Value;

    public static bool operator >=(CallId left, CallId right) => left.Value >= right.Value;
}
