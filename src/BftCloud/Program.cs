using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using BftCloud.Common;

namespace BftCloud;

/// <summary>
/// The command line program. SIGINT and SIGTERM cancel what runs; a second one ends the process at once.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

        // A name may begin with '@'; it is no file of arguments.
        ParserConfiguration parser = new() { ResponseFileTokenReplacer = null };
        ParseResult command = CommandsFor(args).Parse(args, parser);
        if (command.Errors.Count > 0)
        {
            foreach (ParseError error in command.Errors)
                await Console.Error.WriteLineAsync($"bftcloud: {error.Message}");
            await Console.Error.WriteLineAsync($"bftcloud: wrong usage; see '{HelpFor(command)}'.");
            return ExitCode.WrongUsage;
        }
        try
        {
            InvocationConfiguration invocation = new()
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            return await command.InvokeAsync(invocation, stop.Token);
        }
        catch (Exception e) when (Failure.TryDescribe(e, FailuresOfFeatures(), stop.Token, out string? message))
        {
            await Console.Error.WriteLineAsync($"bftcloud: {message}");
            return ExitCode.Failed;
        }

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    /// <summary>
    /// All commands; or those of one feature, if the arguments begin with its name. It needs none of the others, and a
    /// server starts sooner without them.
    /// </summary>
    private static RootCommand CommandsFor(string[] args) =>
        FeatureList.All.FirstOrDefault(feature => feature.Verbs is not null && feature.Name == args.FirstOrDefault())
            is { } named
            ? BftCloudCommand.CreateFor(named)
            : BftCloudCommand.Create(FeatureList.All);

    private static IEnumerable<Type> FailuresOfFeatures() =>
        FeatureList.All.SelectMany(static feature => feature.Failures());

    private static string HelpFor(ParseResult command)
    {
        List<string> names = [];
        for (SymbolResult? result = command.CommandResult; result is CommandResult at; result = at.Parent)
        {
            names.Insert(0, at.Command.Name);
        }
        return $"{string.Join(' ', names)} --help";
    }
}
