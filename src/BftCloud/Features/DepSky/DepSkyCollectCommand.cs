using System.CommandLine;
using System.Globalization;
using BftCloud.Common;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky gc</c>: deletes what no reader needs any more.</summary>
internal static class DepSkyCollectCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string[]> units = DepSkyTarget.UnitsArgument();
        Command command = new(
            "gc",
            "Deletes superseded versions that no client can be reading any more, "
            + "and what is left of unfinished writes. Name removed objects to have what is left of them deleted.")
        {
            target.Config, units,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            int deleted = 0;
            IReadOnlyList<string> all = await DepSkyTarget.UnitsAsync(
                client, result.GetValue(units), cancellationToken);
            foreach (string unit in all) deleted += await client.CollectGarbageAsync(unit, cancellationToken);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Deleted {deleted} old versions and unfinished writes of {all.Count} objects."));
            return ExitCode.Done;
        }));
        return command;
    }
}
