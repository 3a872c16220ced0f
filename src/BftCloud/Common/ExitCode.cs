namespace BftCloud.Common;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The operation failed; stderr says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int WrongUsage = 2;

    /// <summary>
    /// SIGINT or SIGTERM ended it before it was done, and it has reported what it did until then. 128 + SIGINT, as
    /// shells say it.
    /// </summary>
    public const int Interrupted = 130;
}
