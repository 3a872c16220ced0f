using System.CommandLine;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky stat</c>.</summary>
internal static class DepSkyStatCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> unit = DepSkyTarget.UnitArgument();
        Option<bool> json = CommonOptions.Json();
        Command command = new("stat", "Shows what is known of an object's last version, without reading its content.")
        {
            target.Config, unit, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            ObjectDescription found = await client.StatAsync(result.GetRequiredValue(unit), cancellationToken);
            DepSkyOutput.Write(found, result.GetValue(json), client.CloudReports);
            return ExitCode.Done;
        }, tellsItself: result.GetValue(json)));
        return command;
    }
}
