using System.Diagnostics;
using System.Globalization;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Storage;

namespace BftCloud.Processes;

/// <summary>
/// One replica of a cluster directory as a process of this machine. The process that runs it is the one that has the
/// lock of its data directory open, however it was started and by whatever path. One that is still starting, or whose
/// data directory was removed, is known by its command line: <c>replica run</c> with this replica's configuration file.
/// The pid file is for people; nothing here reads it.
/// </summary>
internal sealed class ReplicaProcess(ClusterDirectory directory, int id)
{
    // The shell puts the log in place and becomes the replica, in a session of its own where there is setsid: Ctrl-C
    // and hangups of the terminal are not for it.
    private const string StartScript =
        """log=$1; shift; exec </dev/null >>"$log" 2>&1; """
        + """if command -v setsid >/dev/null; then exec setsid "$@"; else exec "$@"; fi""";

    private readonly string _configuration = directory.ReplicaFile(id);
    private readonly string? _dataDirectory = DataDirectoryOf(directory.ReplicaFile(id));

    public int Id { get; } = id;

    public string LogFile { get; } = directory.LogFile(id);

    /// <summary>The process that runs this replica now; null if none does.</summary>
    public int? FindPid() => FindHolder() ?? FindStarting();

    /// <summary>Why it is not ready, as a predicate with its numbers.</summary>
    public string Describe(ReplicaLook look) => look switch
    {
        { NotReady: { } why, Progress.Numbers: { } numbers } => $"{why} ({numbers})",
        { NotReady: { } why } => why,
        _ => FindPid() is null ? "is down" : "does not answer",
    };

    /// <summary>Whether the process runs this replica, or is about to.</summary>
    private bool IsOurs(int pid) => IsHolder(pid) || IsStarting(pid, RealPath.Of(_configuration));

    private int? FindHolder() =>
        _dataDirectory is not null && DataDirectoryLock.NamedHolder(_dataDirectory) is { } pid && IsHolder(pid)
            ? pid
            : null;

    private bool IsHolder(int pid) =>
        _dataDirectory is not null
        && RealPath.Of(Path.Combine(_dataDirectory, DataDirectoryLock.FileName)) is { } held
        && RealPath.IsOpenIn(pid, held);

    private int? FindStarting()
    {
        string? configuration = RealPath.Of(_configuration);
        return LinuxProcess.All().Where(pid => IsStarting(pid, configuration)).Cast<int?>().FirstOrDefault();
    }

    private static bool IsStarting(int pid, string? configuration)
    {
        string[] arguments = LinuxProcess.CommandLineOf(pid);
        int run = Array.IndexOf(arguments, "run");
        if (configuration is null || run < 1 || arguments[run - 1] != "replica") return false;
        return arguments.Skip(run + 1).Any(
            argument => Path.GetFileName(argument) == Path.GetFileName(configuration)
                && RealPath.Of(Path.Combine(LinuxProcess.DirectoryOf(pid), argument)) == configuration);
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
        WritePidFile(process.Id);
        return process;
    }

    /// <summary>Tells people which process runs this replica, in its pid file.</summary>
    public void WritePidFile(int pid)
    {
        string pidFile = directory.PidFile(Id);
        File.WriteAllText($"{pidFile}.new", pid.ToString(CultureInfo.InvariantCulture) + "\n");
        File.Move($"{pidFile}.new", pidFile, overwrite: true);
    }

    /// <summary>
    /// Asks it to stop, and ends it if it does not. Completes when it is gone; null if it was not running.
    /// </summary>
    /// <returns>Whether it stopped by itself.</returns>
    public async Task<bool?> StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (FindPid() is not { } pid)
        {
            DeletePidFile();
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
        DeletePidFile();
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

    private void DeletePidFile()
    {
        try
        {
            File.Delete(directory.PidFile(Id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where nothing can be written the file stays: only people read it.
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

    private static string? DataDirectoryOf(string configuration)
    {
        try
        {
            return ReplicaConfiguration.Load(configuration).DataDirectory;
        }
        catch (ConfigurationException)
        {
            return null; // starting it tells what is wrong; what runs already can still be stopped
        }
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
