using System.CommandLine;
using System.CommandLine.Parsing;
using DepSky;
using DepSky.Configuration;
using DepSky.Protocol;

namespace BftCloud.Features.DepSky;

/// <summary>What says which units a command is for.</summary>
internal sealed record DepSkyTarget(Option<string> Config)
{
    /// <summary>The unit that a command is about.</summary>
    public static Argument<string> UnitArgument()
    {
        Argument<string> unit = new("UNIT")
        {
            Description = "The object's name: parts of letters, digits, '.', '_' and '-', separated by '/'.",
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

    /// <summary>Opens the clouds, and runs the command with a client of them.</summary>
    public async Task<int> RunAsync(ParseResult result, Func<DepSkyClient, Task<int>> command)
    {
        ConfiguredClient configured = DepSkyConfiguration.Load(result.GetValue(Config)!).Open();
        await using (configured)
        {
            int exitCode = await command(configured.Client);
            await configured.Client.DrainAsync();
            return exitCode;
        }
    }

    /// <summary>The units that were named, or all.</summary>
    public static async Task<IReadOnlyList<string>> UnitsAsync(
        DepSkyClient client, string[]? named, CancellationToken cancellationToken)
    {
        if (named is { Length: > 0 }) return named;
        List<string> units = [];
        await foreach (ObjectDescription found in client.ListAsync(cancellationToken: cancellationToken))
        {
            units.Add(found.Unit);
        }
        return units;
    }

    private static void Validate(ArgumentResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (!UnitLayout.IsUnit(token.Value))
            {
                result.AddError(
                    $"'{token.Value}' is not an object's name: at most {UnitLayout.UnitCharactersMax} characters, "
                    + "parts of letters, digits, '.', '_' and '-' separated by '/', none of them beginning with '.'.");
            }
        }
    }
}
