using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace BftCloud.Primitives;

/// <summary>
/// Statements about our own state. Always checked; a broken one stops the replica, since going on could only spread the
/// damage.
/// </summary>
internal static class Invariant
{
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition, string statement, [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
            throw new InvariantViolationException($"Broken invariant: {statement} ({Path.GetFileName(file)}:{line})");
    }
}
