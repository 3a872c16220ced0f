using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace BftCloud.Primitives;

/// <summary>
/// Statements about our own state. Always checked; a broken one stops the replica, since going on could only spread the
/// damage. One that holds costs its condition alone: the check is inlined, and the message made apart from it.
/// </summary>
internal static class Invariant
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition, string statement, [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition) Break(statement, file, line);
    }

    [DoesNotReturn]
    private static void Break(string statement, string file, int line) =>
        throw new InvariantViolationException($"Broken invariant: {statement} ({Path.GetFileName(file)}:{line})");
}
