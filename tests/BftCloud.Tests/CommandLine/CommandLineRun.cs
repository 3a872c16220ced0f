using System.Diagnostics;
using BftCloud.Common;

namespace BftCloud.Tests.CommandLine;

/// <summary>One run of the program as a process of its own.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Starts the program; the caller ends it.</summary>
    public static Process Start(params ReadOnlySpan<string> arguments)
    {
        // As from a terminal: a shell that runs the tests in the background passes on that SIGINT is ignored, and
        // the runtime keeps to it.
        ProcessStartInfo start = new("env", ["--default-signal=INT", "dotnet"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "bftcloud.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<CommandLineRun> OfAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"'bftcloud {string.Join(' ', arguments)}' did not end within {Patience}.");
        }
        return new CommandLineRun(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the program and asserts that it succeeds; what it printed.</summary>
    public static async Task<string> SucceedAsync(params string[] arguments)
    {
        CommandLineRun run = await OfAsync(arguments);
        Assert.True(
            run.ExitCode == 0, $"'bftcloud {string.Join(' ', arguments)}' ended with {run.ExitCode}: {run.Error}");
        return run.Output;
    }

    /// <summary>Runs the program and asserts that it fails with this exit code; what it printed to stderr.</summary>
    public static async Task<string> FailAsync(int exitCode, params string[] arguments)
    {
        CommandLineRun run = await OfAsync(arguments);
        Assert.True(
            run.ExitCode == exitCode,
            $"'bftcloud {string.Join(' ', arguments)}' ended with {run.ExitCode}, not {exitCode}: "
            + $"{run.Output}{run.Error}");
        Assert.Empty(run.Output);
        Assert.StartsWith("bftcloud: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at BftCloud.", run.Error, StringComparison.Ordinal);
        return run.Error;
    }
}
