using System.CommandLine;
using BftCloud.Common;

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
            DepSkyOutput.Write(
                await client.StatAsync(result.GetRequiredValue(unit), cancellationToken), result.GetValue(json));
            return ExitCode.Done;
        }));
        return command;
    }
}
