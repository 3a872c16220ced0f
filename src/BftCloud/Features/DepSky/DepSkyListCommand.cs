using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky ls</c>.</summary>
internal static class DepSkyListCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> prefix = new("PREFIX")
        {
            Description = "Only objects whose names begin so.", DefaultValueFactory = static _ => "",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("ls", "Lists objects in the order of their names.") { target.Config, prefix, json };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            await DepSkyOutput.WriteListingAsync(
                client.ListAsync(result.GetRequiredValue(prefix), cancellationToken), result.GetValue(json),
                cancellationToken);
            return ExitCode.Done;
        }));
        return command;
    }
}
