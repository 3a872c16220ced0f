using System.CommandLine;
using BftCloud.Common;
using DepSky;

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
            List<ObjectDescription> objects = [];
            string begin = result.GetRequiredValue(prefix);
            await foreach (ObjectDescription found in client.ListAsync(begin, cancellationToken)) objects.Add(found);
            DepSkyOutput.WriteListing(objects, result.GetValue(json));
            return ExitCode.Done;
        }));
        return command;
    }
}
