using System.CommandLine;
using System.CommandLine.Parsing;
using DepSky;
using DepSky.Configuration;
using DepSky.Protocol;

namespace BftCloud.Features.DepSky;

/// <summary>What says which units a command is for.</summary>
internal sealed record DepSkyTarget(Option<string> Config, Option<bool> Verbose)
{
    /// <summary>So much of a name that is refused is shown.</summary>
    private const int NameShownMax = 100;

    /// <summary>The unit that a command is about.</summary>
    public static Argument<string> UnitArgument()
    {
        Argument<string> unit = new("UNIT")
        {
            Description = "The object's name: any text without control characters; '/' separates its parts.",
        };
        unit.Validators.Add(Validate);
        return unit;
    }

    /// <summary>Several of them, or none for all.</summary>
    public static Argument<string[]> UnitsArgument()
    {
        Argument<string[]> units = new("UNIT")
        {
            Description = "The objects; all that there are by default.", Arity = ArgumentArity.ZeroOrMore,
        };
        units.Validators.Add(Validate);
        return units;
    }

    /// <summary>
    /// Opens the clouds, runs the command with a client of them, and tells on stderr what clouds failed at meanwhile.
    /// </summary>
    /// <param name="result">What was typed.</param>
    /// <param name="command">The command.</param>
    /// <param name="tellsItself">Whether what the command prints says what clouds failed at.</param>
    public async Task<int> RunAsync(
        ParseResult result, Func<DepSkyClient, Task<int>> command, bool tellsItself = false)
    {
        ConfiguredClient configured = DepSkyConfiguration.Load(result.GetValue(Config)!).Open();
        await using (configured)
        {
            bool isDone = false;
            try
            {
                int exitCode = await command(configured.Client);
                await configured.Client.DrainAsync();
                isDone = true;
                return exitCode;
            }
            finally
            {
                // What an operation failed with names the clouds already.
                if (!tellsItself)
                    DepSkyOutput.WriteClouds(configured.Client.CloudReports, isDone, result.GetValue(Verbose));
            }
        }
    }

    private static void Validate(ArgumentResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (UnitName.ProblemOf(token.Value) is { } problem)
            {
                string shown = string.Concat(token.Value.Take(NameShownMax).Select(
                    static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
                result.AddError($"'{shown}' cannot be an object's name: {problem}.");
            }
        }
    }
}
