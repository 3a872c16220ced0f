namespace BftSmr.Client.Core;

/// <summary>
/// Spreads consecutive numbers (the final mix of SplitMix64): sessions opened one after the other prefer different
/// replicas.
/// </summary>
internal static class Spread
{
    public static ulong Mix(ulong value)
    {
        value = unchecked((value ^ (value >> 30)) * 0xbf58476d1ce4e5b9);
        value = unchecked((value ^ (value >> 27)) * 0x94d049bb133111eb);
        return value ^ (value >> 31);
    }
}
