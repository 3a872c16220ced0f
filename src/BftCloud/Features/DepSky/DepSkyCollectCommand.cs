using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using BftCloud.Common;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky gc</c>: deletes what no reader needs any more.</summary>
internal static class DepSkyCollectCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string[]> units = DepSkyTarget.UnitsArgument();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "gc",
            "Deletes superseded versions that no client can be reading any more, what is left of removed objects and "
            + "of unfinished writes, and what killed writers left aside in clouds.")
        {
            target.Config, units, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string[]? named = result.GetValue(units);
            IAsyncEnumerable<int> collected = named is { Length: > 0 }
                ? EachAsync(client, named, cancellationToken)
                : client.CollectAllGarbageAsync(cancellationToken: cancellationToken);
            int deleted = 0, objects = 0;
            await foreach (int attempts in collected)
            {
                objects++;
                deleted += attempts;
            }
            int swept = await client.SweepAsync(cancellationToken);
            if (result.GetValue(json))
            {
                JsonOutput.Write(
                    new DepSkyWorkReport
                    {
                        Objects = objects, Deleted = deleted, Swept = swept,
                        Clouds = DepSkyCloudReport.Of(client.CloudReports),
                    },
                    DepSkyJson.Default.DepSkyWorkReport);
                return ExitCode.Done;
            }
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Deleted {deleted} old versions and unfinished writes of {objects} objects"
                    + $"{(swept == 0 ? "" : $", and {swept} files that killed writers left aside")}."));
            return ExitCode.Done;
        }, tellsItself: result.GetValue(json)));
        return command;
    }

    private static async IAsyncEnumerable<int> EachAsync(
        DepSkyClient client, string[] units, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string unit in units) yield return await client.CollectGarbageAsync(unit, cancellationToken);
    }
}
