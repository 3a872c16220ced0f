using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using BftCloud.Common;

namespace BftCloud.Processes;

/// <summary>Processes by their id: what <c>/proc</c> says of them, and signals to them.</summary>
internal static partial class LinuxProcess
{
    private const int ClockTicksParameter = 2;

    private static readonly double TicksPerSecond = SysConf(ClockTicksParameter) is > 0 and long ticks ? ticks : 100;

    /// <summary>The arguments it was started with; empty if there is no such process, or only its remains.</summary>
    public static string[] CommandLineOf(int pid)
    {
        if (!TryRead(pid, "cmdline", out string? text)) return [];
        return text.TrimEnd('\0') is { Length: > 0 } arguments ? arguments.Split('\0') : [];
    }

    /// <summary>The processes that there are.</summary>
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(static path => int.TryParse(
                Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(static pid => pid > 0);

    /// <summary>A path that leads to its current directory, for as long as it lives.</summary>
    public static string DirectoryOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cwd");

    /// <summary>What it has used; null if there is no such process, or it may not be asked.</summary>
    public static ProcessUsage? UsageOf(int pid)
    {
        if (!TryRead(pid, "stat", out string? stat) || !TryRead(pid, "statm", out string? statm)) return null;
        // The second field, the name, is in parentheses and may contain anything; utime and stime are the 14th and
        // 15th.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] pages = statm.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 13 || pages.Length < 2) return null;
        double ticks = Number(fields[11]) + Number(fields[12]);
        return new ProcessUsage(ticks / TicksPerSecond, Number(pages[1]) * Environment.SystemPageSize);

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends a signal; false if there is no such process any more.</summary>
    /// <exception cref="CommandFailedException">It belongs to another user.</exception>
    public static bool Send(int pid, Signal signal)
    {
        if (Kill(pid, (int)signal) == 0) return true;
        const int NotPermitted = 1;
        if (Marshal.GetLastPInvokeError() == NotPermitted)
            throw new CommandFailedException($"Process {pid} belongs to another user. Run this as that user.");
        return false;
    }

    /// <summary>From now on none of its writes beyond so many bytes of a file succeeds.</summary>
    /// <exception cref="CommandFailedException">That is not possible.</exception>
    public static void LimitFileSize(int pid, long bytes)
    {
        const int FileSize = 1;
        ReadOnlySpan<long> limit = [bytes, -1]; // what a process may do is bytes, what it may ask for has no limit
        if (ResourceLimit(pid, FileSize, limit, default) != 0)
        {
            throw new CommandFailedException(
                $"The size of the files of process {pid} cannot be limited (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    private static bool TryRead(int pid, string name, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text = null;
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int ResourceLimit(int pid, int resource, ReadOnlySpan<long> limit, Span<long> before);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SysConf(int name);
}
