using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// A client session: a client identity and a nonce that this identity never uses twice.
/// Operations of one session execute at most once each and in the order of their sequence numbers.
/// </summary>
/// <param name="Client">The identity whose key authenticates the session.</param>
/// <param name="Nonce">Chosen by the client, larger than any nonce whose session was evicted; in practice Unix time in
/// microseconds.</param>
public readonly record struct SessionId(ClientId Client, ulong Nonce) : IComparable<SessionId>
{
    /// <inheritdoc/>
    public int CompareTo(SessionId other)
    {
        int byClient = Client.CompareTo(other.Client);
        return byClient != 0 ? byClient : Nonce.CompareTo(other.Nonce);
    }

    /// <summary>Orders by client, then nonce.</summary>
    public static bool operator <(SessionId left, SessionId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by client, then nonce.</summary>
    public static bool operator >(SessionId left, SessionId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by client, then nonce.</summary>
    public static bool operator <=(SessionId left, SessionId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by client, then nonce.</summary>
    public static bool operator >=(SessionId left, SessionId right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Client}.{Nonce:x}");
}
