using System.CommandLine;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky rm</c>.</summary>
internal static class DepSkyRemoveCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> unit = DepSkyTarget.UnitArgument();
        Option<bool> withLock = new("--lock")
        {
            Description = "Take the object's lock for it: for writers that may meet others.",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "rm",
            "Removes an object. Its content stays until no client can be reading it any more; "
            + "'gc' deletes it then.")
        {
            target.Config, unit, withLock, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string name = result.GetRequiredValue(unit);
            await using UnitLock? held = result.GetValue(withLock)
                ? await client.LockAsync(name, cancellationToken: cancellationToken)
                : null;
            await client.RemoveAsync(name, new PutOptions { Lock = held }, cancellationToken);
            if (result.GetValue(json))
            {
                await client.DrainAsync();
                JsonOutput.Write(
                    new DepSkyWorkReport { Unit = name, Clouds = DepSkyCloudReport.Of(client.CloudReports) },
                    DepSkyJson.Default.DepSkyWorkReport);
                return ExitCode.Done;
            }
            Console.WriteLine($"Removed '{name}'.");
            return ExitCode.Done;
        }, tellsItself: result.GetValue(json)));
        return command;
    }
}
