using System.Globalization;

namespace LeaseService;

/// <summary>The right to a name until an agreed time. All times are agreed ones, microseconds since the Unix
/// epoch.</summary>
/// <param name="Token">The fencing token: larger than that of every lease before it.</param>
/// <param name="Client">The client identity that may renew and release it.</param>
/// <param name="Holder">What the client calls itself.</param>
/// <param name="SinceMicros">When it began.</param>
/// <param name="UntilMicros">When it ends unless it is renewed.</param>
internal sealed record Lease(long Token, int Client, string Holder, long SinceMicros, long UntilMicros)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Token} {Client} {Holder} {SinceMicros} {UntilMicros}");

    /// <summary>Reads five words.</summary>
    public static Lease Parse(ReadOnlySpan<string> words) =>
        new(Number(words[0]), (int)Number(words[1]), words[2], Number(words[3]), Number(words[4]));

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}

/// <summary>A client in the line for a name.</summary>
/// <param name="Client">Its identity.</param>
/// <param name="Holder">What it calls itself.</param>
/// <param name="LeavesMicros">When it leaves the line unless it asks again.</param>
internal sealed record Waiter(int Client, string Holder, long LeavesMicros);
