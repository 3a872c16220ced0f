using System.Diagnostics;
using System.Globalization;
using BftCloud.Common;
using BftSmr;

namespace BftCloud.Processes;

/// <summary>
/// One replica of a cluster directory as a process of this machine. Its pid file may be stale, and its pid another
/// program's by now: a process counts as the replica only while its command line is that of <c>replica run</c> with
/// this replica's configuration file.
/// </summary>
internal sealed class ReplicaProcess(ClusterDirectory directory, int id)
{
    // The shell puts the log in place and becomes the replica, in a session of its own where there is setsid: Ctrl-C
    // and hangups of the terminal are not for it.
    private const string StartScript =
        """log=$1; shift; exec </dev/null >>"$log" 2>&1; """
        + """if command -v setsid >/dev/null; then exec setsid "$@"; else exec "$@"; fi""";

    private readonly string _configuration = directory.ReplicaFile(id);

    public int Id { get; } = id;

    public string LogFile { get; } = directory.LogFile(id);

    /// <summary>The process that runs this replica now; null if none does.</summary>
    public int? FindPid() => TryReadPidFile() is { } pid && IsOurs(pid) ? pid : null;

    /// <summary>Whether the process runs this replica.</summary>
    public bool IsOurs(int pid)
    {
        string[] arguments = LinuxProcess.CommandLineOf(pid);
        int run = Array.IndexOf(arguments, "run");
        return run > 0 && arguments[run - 1] == "replica" && arguments.AsSpan(run).Contains(_configuration);
    }

    /// <summary>Starts it, detached from this terminal, and writes its pid file.</summary>
    public Process Start()
    {
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false, WorkingDirectory = directory.Path };
        string[] arguments =
        [
            "-c", StartScript, "sh", LogFile, .. OwnProgram(), "replica", "run", "--config", _configuration,
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process = Process.Start(start)
            ?? throw new CommandFailedException($"Replica {Id} could not be started.");
        string pidFile = directory.PidFile(Id);
        File.WriteAllText($"{pidFile}.new", process.Id.ToString(CultureInfo.InvariantCulture) + "\n");
        File.Move($"{pidFile}.new", pidFile, overwrite: true);
        return process;
    }

    /// <summary>
    /// Asks it to stop, and ends it if it does not. Completes when it is gone; null if it was not running.
    /// </summary>
    /// <returns>Whether it stopped by itself.</returns>
    public async Task<bool?> StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (FindPid() is not { } pid)
        {
            File.Delete(directory.PidFile(Id));
            return null;
        }
        LinuxProcess.Send(pid, Signal.Terminate);
        bool stopped = await IsGoneAsync(pid, patience, cancellationToken);
        if (!stopped)
        {
            if (IsOurs(pid)) LinuxProcess.Send(pid, Signal.Kill);
            if (!await IsGoneAsync(pid, TimeSpan.FromSeconds(10), cancellationToken))
            {
                throw new CommandFailedException(
                    $"Replica {Id}, process {pid}, does not end even by SIGKILL: "
                    + "it hangs in the kernel, probably on its disk. See 'dmesg'.");
            }
        }
        File.Delete(directory.PidFile(Id));
        return stopped;
    }

    /// <summary>The last lines of its log.</summary>
    public string LogTail(int lines)
    {
        const int BytesMax = 8192;
        try
        {
            using FileStream log = new(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(Math.Max(0, log.Length - BytesMax), SeekOrigin.Begin);
            using StreamReader reader = new(log);
            string[] all = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return string.Join('\n', all.TakeLast(lines));
        }
        catch (IOException)
        {
            return "(there is no log)";
        }
    }

    private async Task<bool> IsGoneAsync(int pid, TimeSpan patience, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (IsOurs(pid))
        {
            if (Stopwatch.GetElapsedTime(start) > patience) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
        return true;
    }

    private int? TryReadPidFile()
    {
        string file = directory.PidFile(Id);
        if (!File.Exists(file)) return null;
        ReadOnlySpan<char> text = File.ReadAllText(file).AsSpan().Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 1 ? pid : null;
    }

    /// <summary>
    /// How to start this very program: by its own executable, or by the dotnet host and its assembly.
    /// </summary>
    private static string[] OwnProgram()
    {
        string executable = Environment.ProcessPath
            ?? throw new CommandFailedException(
                "This program cannot find its own executable, which it needs to start replicas.");
        return Path.GetFileNameWithoutExtension(executable) == "dotnet"
            ? [executable, Path.Combine(AppContext.BaseDirectory, "bftcloud.dll")]
            : [executable];
    }
}
