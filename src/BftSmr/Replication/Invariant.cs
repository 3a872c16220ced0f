using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace BftSmr.Replication;

/// <summary>Statements about our own state. Always checked; a broken one stops the replica, since going on could only spread the damage.</summary>
internal static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string statement, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!condition) throw new InvariantViolationException($"Broken invariant: {statement} ({Path.GetFileName(file)}:{line})");
    }
}

/// <summary>The replica found its own state to be impossible and stopped. This is a bug, or more than f faults: keep the data directory and report it.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);
