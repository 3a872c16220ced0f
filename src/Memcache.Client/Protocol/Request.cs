using System.Globalization;
using System.Text;

namespace Memcache.Client.Protocol;

/// <summary>A request without its number and its end.</summary>
/// <param name="Shape">What may answer it.</param>
/// <param name="Line">The command line.</param>
/// <param name="Value">The value behind the line, if there is one.</param>
internal sealed record Request(RequestShape Shape, byte[] Line, ReadOnlyMemory<byte>? Value = null)
{
    /// <summary>From here on, a time to live is told as a time since 1970.</summary>
    private const long RelativeSecondsMax = 60 * 60 * 24 * 30;

    /// <summary>Gets value, marks and CAS value.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="leaseSeconds">Above 0: without an item, make an empty one that lives so long.</param>
    /// <param name="renewSeconds">Above 0: one request is to renew an item that lives no longer than this.</param>
    public static Request Get(string key, long leaseSeconds = 0, long renewSeconds = 0) => new(RequestShape.Get, Text(
        $"mg {key} v f c t{Flag(" N", leaseSeconds)}{Flag(" R", renewSeconds)}"));

    /// <summary>Moves the end of an item.</summary>
    public static Request Touch(string key, string expiry) => new(RequestShape.Get, Text($"mg {key} T{expiry}"));

    /// <summary>Stores a value.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="value">It.</param>
    /// <param name="mode">The letter of the mode: S, E, R, A or P.</param>
    /// <param name="clientFlags">A mark.</param>
    /// <param name="expiry">Its time to live, as <see cref="ExpiryOf"/> writes it.</param>
    /// <param name="compare">Only if the item has this CAS value.</param>
    public static Request Set(
        string key, ReadOnlyMemory<byte> value, char mode, uint clientFlags, string expiry, ulong? compare) =>
        new(RequestShape.Write, Text(
            $"ms {key} {value.Length} c F{clientFlags} T{expiry} M{mode}{(compare is { } cas ? $" C{cas}" : "")}"),
            value);

    public static Request Delete(string key) => new(RequestShape.Write, Text($"md {key}"));

    /// <summary>Marks an item as stale, so that one request is to renew it: only if it has this CAS value.</summary>
    public static Request Invalidate(string key, ulong compare) =>
        new(RequestShape.Write, Text($"md {key} I C{compare}"));

    /// <summary>Adds to a number, or takes from it.</summary>
    public static Request Add(string key, long delta) => new(RequestShape.Count, Text(
        $"ma {key} v M{(delta < 0 ? 'D' : 'I')} D{(ulong)Int128.Abs(delta)}"));

    public static Request NoOperation() => new(RequestShape.NoOperation, "mn"u8.ToArray());

    public static Request Statistics() => new(RequestShape.Statistics, "stats"u8.ToArray());

    public static Request Flush() => new(RequestShape.Flush, "flush_all"u8.ToArray());

    /// <summary>Names a user: a set whose value is name and password.</summary>
    public static Request User(string user, string password)
    {
        byte[] value = Encoding.UTF8.GetBytes($"{user} {password}");
        return new(RequestShape.User, Text($"set user 0 0 {value.Length}"), value);
    }

    /// <summary>How the protocol writes a time to live: seconds, rounded up; 0 for null, which is no end.</summary>
    public static string ExpiryOf(TimeSpan? timeToLive, DateTimeOffset now)
    {
        if (timeToLive is not { } time) return "0";
        long seconds = Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
        return (seconds < RelativeSecondsMax
            ? seconds
            : Math.Min(uint.MaxValue, now.ToUnixTimeSeconds() + seconds)).ToString(CultureInfo.InvariantCulture);
    }

    private static string Flag(string letter, long number) =>
        number > 0 ? string.Create(CultureInfo.InvariantCulture, $"{letter}{number}") : "";

    private static byte[] Text(FormattableString text) => Encoding.UTF8.GetBytes(FormattableString.Invariant(text));
}
