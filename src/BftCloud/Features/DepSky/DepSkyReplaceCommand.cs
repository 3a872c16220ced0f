using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using DepSky;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud depsky replace</c>: fills a cloud that took the place of another.</summary>
internal static class DepSkyReplaceCommand
{
    public static Command Create(DepSkyTarget target)
    {
        Argument<string> cloud = new("CLOUD")
        {
            Description = "The cloud's name in the configuration, which says already where the new one is.",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "replace",
            "Fills a new cloud with what the old one in its place should have held. "
            + "First change the cloud's entry in the configuration to the new one; then run this. "
            + "Readers and writers go on meanwhile.")
        {
            target.Config, cloud, json,
        };
        command.SetAction((result, cancellationToken) => target.RunAsync(result, async client =>
        {
            string name = result.GetRequiredValue(cloud), file = result.GetValue(target.Config)!;
            string[] names = [.. DepSkyConfiguration.Load(file).Clouds.Select(static cloud => cloud.Name)];
            if (!names.Contains(name, StringComparer.Ordinal))
                throw new CommandFailedException($"{file} has no cloud '{name}'; it has {string.Join(", ", names)}.");
            int units = 0, rebuilt = 0, wrong = 0;
            await foreach (VerificationReport report in client.RepairAllAsync(cancellationToken: cancellationToken))
            {
                units++;
                rebuilt += report.Mended.Count(flaw => flaw.Cloud == name);
                if (report.IsSound) continue;
                wrong++;
                if (!result.GetValue(json)) DepSkyOutput.WriteReport(report);
            }
            if (result.GetValue(json))
                JsonOutput.Write(
                    new DepSkyWorkReport
                    {
                        Objects = units, Rebuilt = rebuilt, Clouds = DepSkyCloudReport.Of(client.CloudReports),
                    },
                    DepSkyJson.Default.DepSkyWorkReport);
            else
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture, $"Rebuilt {rebuilt} pieces of {units} objects in '{name}'."));
            return wrong == 0 ? ExitCode.Done : ExitCode.Failed;
        }, tellsItself: result.GetValue(json)));
        return command;
    }
}
