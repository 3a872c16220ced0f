using System.Text;
using KvStore.Commands;

namespace KvStore.Gateway.Details;

/// <summary>Finds the keys among the arguments of a command, as COMMAND GETKEYS tells them.</summary>
internal static class KeyFinder
{
    /// <summary>
    /// The keys, each with what the command does with it. None if the arguments do not fit the specifications.
    /// </summary>
    public static (byte[] Key, KeyUses Uses)[] Find(CommandDetails details, byte[][] arguments)
    {
        List<(byte[] Key, KeyUses Uses)> found = [];
        foreach (KeySpec keys in details.Keys)
        {
            if (!TryRange(keys, arguments, out int first, out int last)) return [];
            KeyUses uses = keys.Uses.HasFlag(KeyUses.Variable) ? Told(arguments) : keys.Uses;
            for (int i = first; i <= last; i += keys.Step) found.Add((arguments[i], uses));
        }
        return [.. found];
    }

    private static bool TryRange(KeySpec keys, byte[][] arguments, out int first, out int last)
    {
        first = keys.Index;
        last = keys.Last < 0 ? arguments.Length + keys.Last : first + keys.Last;
        if (keys.IsCounted)
        {
            if (first >= arguments.Length || !IntegerText.TryParse(arguments[first], out long count)
                || count < 1 || count >= arguments.Length) return false;
            first++;
            last = first + (int)count - 1;
        }
        return first <= last && last < arguments.Length;
    }

    /// <summary>What the options of SET tell: with GET it reads too.</summary>
    private static KeyUses Told(byte[][] arguments) =>
        arguments.Skip(3).Any(static option => Ascii.EqualsIgnoreCase(option, "get"u8))
            ? KeyUses.Modifies
            : KeyUses.Overwrites;
}
